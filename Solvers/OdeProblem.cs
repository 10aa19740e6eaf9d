using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers;

/// <summary>An initial value problem and how to solve it.</summary>
public sealed record OdeProblem
{
    /// <summary>f in dy/dt = f(t, y).</summary>
    public required IVectorField Field { get; init; }

    /// <summary>The method of each step.</summary>
    public required IStepper Stepper { get; init; }

    /// <summary>Judges the steps.</summary>
    public required IStepSizeController Controller { get; init; }

    /// <summary>The norm of a step's error.</summary>
    /// <value><see cref="ErrorNorm.LargestSegment"/> by default.</value>
    public ErrorNorm Norm { get; init; } = ErrorNorm.LargestSegment;

    /// <summary>The state at the first time, in the field's layout. Belongs to the caller; copied by a solve.</summary>
    public required FlatVector Start { get; init; }

    /// <summary>The start, then the times at which the state is wanted, all in one direction. A step ends at each.</summary>
    public required double[] Times
    {
        get;
        init => field = Checked(value);
    }

    /// <summary>Further times at which a step must end, such as those where the field jumps; in any order, none outside of the solve.</summary>
    /// <remarks>A gradient by times holds the accepted grid's shares of each interval, those of these times among them.</remarks>
    /// <value>None by default.</value>
    public IReadOnlyList<double> ForcedTimes { get; init; } = [];

    /// <summary>The bounds of the solve.</summary>
    public StepLimits Limits { get; init; } = new();

    /// <summary>Keeps the memory of solves for the next one.</summary>
    public required WorkspacePool Pool { get; init; }

    /// <summary>The specification of the field's workspace.</summary>
    internal WorkspaceSpec Spec => WorkspaceSpec.For(Start);

    /// <summary>The times that steps end at.</summary>
    internal StepStops Stops => StopsAt(Times, Controller);

    /// <summary>The times that steps of a controller end at, with this problem's forced times among them.</summary>
    internal StepStops StopsAt(double[] times, IStepSizeController controller) => StepStops.Of(times, controller.MeetsForcedTimes ? ForcedTimes : []);

    /// <summary>Checks what no single property can check.</summary>
    /// <exception cref="ArgumentException">The start does not have the field's layout, the method cannot integrate it, the tolerances are out of reach, or a forced time lies outside of the solve.</exception>
    internal void Check()
    {
        var expected = Field.StateLayout(Start.Layout.Rows);
        if (!expected.Equals(Start.Layout))
        {
            throw new ArgumentException($"The start has the layout ({Start.Layout}); the field expects ({expected}).");
        }

        if (!Stepper.Supports(Start.Layout, out string reason))
        {
            throw new ArgumentException(reason);
        }

        Controller.Tolerances?.RequireReachable(Start.DType);
        var (first, last) = (Math.Min(Times[0], Times[^1]), Math.Max(Times[0], Times[^1]));
        foreach (double time in ForcedTimes)
        {
            if (!(time >= first && time <= last))
            {
                throw new ArgumentException($"A step is to end at t = {time:R}, but the solve runs from {Times[0]:R} to {Times[^1]:R}. Leave this forced time out.");
            }
        }
    }

    private static double[] Checked(double[] times)
    {
        ArgumentNullException.ThrowIfNull(times);
        if (times.Length < 2 || times.Any(t => !double.IsFinite(t)))
        {
            throw new ArgumentException($"A solve needs at least two finite times; got [{string.Join(", ", times)}].", nameof(times));
        }

        double direction = Math.Sign(times[1] - times[0]);
        for (int i = 1; i < times.Length; i++)
        {
            if (direction == 0 || Math.Sign(times[i] - times[i - 1]) != direction)
            {
                throw new ArgumentException($"Times must run strictly in one direction, so that no two are equal; got [{string.Join(", ", times)}].", nameof(times));
            }
        }

        return times;
    }
}
