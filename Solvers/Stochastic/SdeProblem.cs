using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Stochastic;

/// <summary>An initial value problem of a stochastic differential equation, and how to solve it.</summary>
public sealed record SdeProblem
{
    /// <summary>f and g in dy = f(t, y) dt + g(t, y) dW: an <see cref="IDiffusionField"/>. Fields without a diffusion are refused by name.</summary>
    public required IVectorField Field { get; init; }

    /// <summary>The integral that the equation means. A method for the other one is refused, unless the noise is additive.</summary>
    public required SdeCalculus Calculus { get; init; }

    /// <summary>The method of each step.</summary>
    public required ISdeStepper Stepper { get; init; }

    /// <summary>The state at the first time, in the field's layout. Belongs to the caller; copied by a solve.</summary>
    public required FlatVector Start { get; init; }

    /// <summary>
    /// The start, then the times at which the state is wanted, all in one direction; a step ends at each. Backwards, W(t) − W(earlier) is the noise, and Itô's integrand is taken
    /// at the later end, where each step starts.
    /// </summary>
    public required double[] Times
    {
        get;
        init => field = OdeProblem.CheckedTimes(value);
    }

    /// <summary>Equal steps from the first time to the last, at least 1; each interval between save times gets its share, rounded up. Either this or <see cref="StepLength"/>.</summary>
    /// <value>Null by default.</value>
    public int? Steps
    {
        get;
        init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A solve needs at least one step.");
    }

    /// <summary>The longest step, in units of time, positive whatever the direction; the steps between two save times are equal. Either this or <see cref="Steps"/>.</summary>
    /// <value>Null by default.</value>
    public double? StepLength
    {
        get;
        init => field = value is null or (> 0 and < double.PositiveInfinity) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The length of a step is positive and finite, also in a solve backwards in time.");
    }

    /// <summary>The noise: a Brownian motion for each evolving entry of a row, in the order of the segments.</summary>
    public required BrownianPath Path { get; init; }

    /// <summary>The bounds of the solve.</summary>
    public StepLimits Limits { get; init; } = new();

    /// <summary>Keeps the memory of solves for the next one.</summary>
    public required WorkspacePool Pool { get; init; }

    /// <summary>The number of steps to a save time from the one before it.</summary>
    /// <param name="index">Index of the save time, from 1.</param>
    internal int StepsTo(int index)
    {
        double interval = Math.Abs(Times[index] - Times[index - 1]);
        return Steps is { } steps
            ? ConstantStep.Count(steps, interval, Math.Abs(Times[^1] - Times[0]))
            : (int)Math.Clamp(Math.Ceiling((interval / StepLength!.Value) - 1e-9), 1, int.MaxValue);
    }

    /// <summary>Checks what no single property can check.</summary>
    /// <returns>The field.</returns>
    /// <exception cref="ArgumentException">The parts do not fit together; the message says which and why.</exception>
    internal IDiffusionField Check()
    {
        if (Field is not IDiffusionField field)
        {
            throw new ArgumentException($"{Field.GetType().Name} has no diffusion, so that it is no stochastic equation. Give a field that is an {nameof(IDiffusionField)}, or solve it with {nameof(OdeSolver)}.");
        }

        var expected = field.StateLayout(Start.Layout.Rows);
        if (!expected.Equals(Start.Layout))
        {
            throw new ArgumentException($"The start has the layout ({Start.Layout}); the field expects ({expected}).");
        }

        if (Stepper.Calculus != Calculus && !field.IsAdditive)
        {
            var others = SdeCatalog.All.Where(stepper => stepper.Calculus == Calculus).Select(stepper => stepper.Name);
            throw new ArgumentException($"'{Stepper.Name}' solves equations in the sense of {Stepper.Calculus}; this one is meant in that of {Calculus}. Use {string.Join(" or ", others)}, or put the correction of ½ g ∂g/∂y into the drift.");
        }

        if (Steps is null == StepLength is null)
        {
            throw new ArgumentException($"Give either {nameof(Steps)} or {nameof(StepLength)}; {(Steps is null ? "neither was" : "both were")} given.");
        }

        PathNoise.Check(Path, Start.Layout);
        CheckTimes();
        return field;
    }

    private void CheckTimes()
    {
        double first = Math.Min(Times[0], Times[^1]), last = Math.Max(Times[0], Times[^1]);
        if (first < Path.Start || last > Path.End)
        {
            throw new ArgumentException($"The solve runs from {Times[0]:R} to {Times[^1]:R}, but the Brownian path from {Path.Start:R} to {Path.End:R}. Make a path that covers the solve.");
        }

        for (int i = 1; i < Times.Length; i++)
        {
            double step = Math.Abs(Times[i] - Times[i - 1]) / StepsTo(i);
            if (step < Path.Resolution * (1 - 1e-9))
            {
                throw new ArgumentException($"Steps of {step:E2} between {Times[i - 1]:R} and {Times[i]:R} are shorter than the resolution of the Brownian path, {Path.Resolution:E2}, so that their noise would not be independent. Take longer steps, or a path with more than {Path.Halvings} halvings.");
            }
        }
    }
}
