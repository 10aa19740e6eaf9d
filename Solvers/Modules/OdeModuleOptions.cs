using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Solvers.Modules;

/// <summary>How an <see cref="OdeModule"/> solves.</summary>
public sealed record OdeModuleOptions
{
    /// <summary>The method of each step.</summary>
    public required IStepper Stepper { get; init; }

    /// <summary>Judges the steps.</summary>
    public required IStepSizeController Controller { get; init; }

    /// <summary>How the gradient passes back.</summary>
    /// <value><see cref="AutoAdjoint"/> by default: exact, within <see cref="TapeBytes"/>.</value>
    public IAdjoint Adjoint { get; init; } = new AutoAdjoint();

    /// <summary>The start, then the times at which the state is wanted, in one direction.</summary>
    /// <value>0 and 1 by default.</value>
    /// <exception cref="ArgumentException">There are fewer than two times.</exception>
    public double[] Times
    {
        get;
        init => field = value is { Length: >= 2 } ? [.. value] : throw new ArgumentException($"A solve has a start and at least one time to reach; got {value?.Length ?? 0} times.", nameof(value));
    } = [0, 1];

    /// <summary>Bytes of tapes that one call may keep; at least 0.</summary>
    /// <value>512 MiB by default.</value>
    public long TapeBytes
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(TapeBytes)} is 0 or more.");
    } = 512L << 20;

    /// <summary>The norm of a step's error.</summary>
    /// <value><see cref="ErrorNorm.LargestSegment"/> by default.</value>
    public ErrorNorm Norm { get; init; } = ErrorNorm.LargestSegment;

    /// <summary>The bounds of the solve.</summary>
    public StepLimits Limits { get; init; } = new();
}
