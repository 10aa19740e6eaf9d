using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>Adapts the step so that the norm of its error stays below 1, by proportional–integral–derivative control.</summary>
/// <remarks>
/// Hairer, Nørsett, Wanner, Solving ODEs I, II.4; Söderlind 2003. A rejected step is followed by the elementary rule. By default an
/// accepted step is not followed by a shorter one: that rule saves evaluations and is a fixed point of its own, so filters that are
/// to settle at the safety factor need <see cref="MayShrinkAfterAcceptance"/>.
/// </remarks>
public sealed record PidController : IStepSizeController
{
    /// <summary>The tolerances.</summary>
    public required Tolerances Tolerances { get; init; }

    /// <summary>The exponents.</summary>
    /// <value><see cref="PidCoefficients.I"/> by default.</value>
    public PidCoefficients Coefficients { get; init; } = PidCoefficients.I;

    /// <summary>The factor by which a proposal stays below what the error would allow, in (0, 1).</summary>
    /// <value>0.9 by default.</value>
    public double Safety
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The safety factor lies between 0 and 1.");
    } = 0.9;

    /// <summary>Whether an accepted step may be followed by a shorter one.</summary>
    /// <value>False by default.</value>
    public bool MayShrinkAfterAcceptance { get; init; }

    /// <summary>The length of the first step; found by the method of Hairer, Nørsett and Wanner where it is null.</summary>
    public double? FirstStep
    {
        get;
        init => field = value is null || (value > 0 && double.IsFinite(value.Value)) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The first step must be a positive length.");
    }

    /// <inheritdoc/>
    Tolerances? IStepSizeController.Tolerances => Tolerances;

    /// <inheritdoc/>
    public StepSizeControl Start(IStepper stepper, ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(stepper);
        if (stepper.EmbeddedOrder == 0)
        {
            throw new ArgumentException($"'{stepper.Name}' estimates no error, so its steps cannot adapt. Give it a number of steps, or use a method with an embedded solution such as dopri5, bosh3 or heun2.", nameof(stepper));
        }

        return new PidControl(this, Math.Min(stepper.Order, stepper.EmbeddedOrder) + 1, stepper.Order);
    }
}
