namespace FlowOde.Flows.Training;

/// <summary>
/// How many iterations a run has. With a time limit the number is estimated from the measured rate, again and again, since evaluations
/// grow in training; every decision is kept, so that a resumed or repeated run decides the same.
/// </summary>
public sealed record IterationPlan
{
    private static readonly double[] _shares = [0.01, 0.05, 0.15, 0.30, 0.50, 0.75, 0.90, 0.97];

    /// <summary>The decisions so far: from which iteration on, which total.</summary>
    public IReadOnlyList<PlannedTotal> Decisions { get; init; } = [];

    /// <summary>A plan with a fixed number of iterations.</summary>
    public static IterationPlan Fixed(long iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        return new() { Decisions = [new(0, iterations)] };
    }

    /// <summary>A plan by time: a provisional total that no run reaches, until the rate is known.</summary>
    public static IterationPlan Timed { get; } = Fixed(100_000_000);

    /// <summary>The total that holds at an iteration.</summary>
    public long TotalAt(long iteration) => Decisions.Last(decision => decision.From <= iteration).Total;

    /// <summary>The fraction of the run that lies before an iteration, in [0, 1].</summary>
    public double ProgressAt(long iteration) => Math.Clamp((double)iteration / TotalAt(iteration), 0, 1);

    /// <summary>The plan with one more decision, if it is time for one.</summary>
    /// <param name="iteration">Iterations made so far, at least 1.</param>
    /// <param name="used">Seconds of training used so far.</param>
    /// <param name="decidedAt">Seconds of training used at the last decision.</param>
    /// <param name="limit">Seconds of training in all.</param>
    /// <param name="recentRate">Iterations a second over the last part of the run.</param>
    public IterationPlan Revise(long iteration, double used, double decidedAt, double limit, double recentRate)
    {
        int Passed(double seconds) => _shares.Count(share => seconds >= limit * share);
        bool endsEarly = iteration >= TotalAt(iteration) && used < limit * _shares[^1]; // the rate was that of first iterations, which are slow
        if (Passed(used) == Passed(decidedAt) && !endsEarly)
        {
            return this;
        }

        long total = Math.Max(iteration + 1, iteration + (long)((limit - used) * recentRate));
        return this with { Decisions = [.. Decisions, new(iteration, total)] };
    }
}
