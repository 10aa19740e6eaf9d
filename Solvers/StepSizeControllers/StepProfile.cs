namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>How a solve stepped: its accepted grid with the error of each step. A like solve can start from it.</summary>
/// <remarks>The error of a step of length h is (c(t)·h)^k, with a difficulty c that is taken as constant within each step.</remarks>
/// <param name="Times">The accepted times, the start first.</param>
/// <param name="Errors">The norm of each step's error, relative to the tolerance; one fewer than times.</param>
public sealed record StepProfile(IReadOnlyList<double> Times, IReadOnlyList<double> Errors)
{
    // An error far below the tolerance says that a step may grow, but not by how much.
    private const double LeastError = 1e-8;

    // An estimate can be small by chance. Where it falls, steps follow slowly, so that they come to the tolerance from the safe side.
    private const double Fall = 0.98;

    /// <summary>The grid of fewest steps whose errors would be equal and within the tolerance, if the next solve were like this one.</summary>
    /// <param name="k">The power of h in the error.</param>
    /// <param name="safety">What ∫c dt over a step may be at most, below 1.</param>
    /// <param name="start">The start of the new solve.</param>
    /// <param name="end">Its end; the profile is stretched to it.</param>
    /// <returns>The ends of the steps, the last one <paramref name="end"/>.</returns>
    internal double[] Plan(int k, double safety, double start, double end)
    {
        double[] sums = Difficulty(k);
        int count = Math.Max(1, (int)Math.Ceiling(sums[^1] / safety));
        var plan = new double[count];
        int at = 0;
        for (int n = 1; n < count; n++)
        {
            double wanted = sums[^1] * n / count;
            while (sums[at + 1] < wanted)
            {
                at++;
            }

            double time = Times[at] + ((Times[at + 1] - Times[at]) * (wanted - sums[at]) / (sums[at + 1] - sums[at]));
            plan[n - 1] = start + ((end - start) * (time - Times[0]) / (Times[^1] - Times[0]));
        }

        plan[^1] = end;
        return plan;
    }

    /// <summary>This profile, no easier anywhere than an earlier one but for a small factor.</summary>
    /// <param name="prior">The profile this solve started from.</param>
    /// <param name="k">The power of h in the error.</param>
    internal StepProfile After(StepProfile prior, int k)
    {
        double[] sums = prior.Difficulty(k);
        var errors = new double[Errors.Count];
        int at = 0;
        double before = 0;
        for (int i = 0; i < errors.Length; i++)
        {
            double share = (Times[i + 1] - Times[0]) / (Times[^1] - Times[0]);
            double time = prior.Times[0] + (share * (prior.Times[^1] - prior.Times[0]));
            while (at < prior.Errors.Count - 1 && (prior.Times[at + 1] - prior.Times[0]) / (prior.Times[^1] - prior.Times[0]) < share)
            {
                at++;
            }

            double sum = sums[at] + ((sums[at + 1] - sums[at]) * (time - prior.Times[at]) / (prior.Times[at + 1] - prior.Times[at]));
            errors[i] = Math.Max(Errors[i], Math.Pow(Fall * (sum - before), k));
            before = sum;
        }

        return new(Times, errors);
    }

    /// <summary>∫c dt from the start to each time.</summary>
    private double[] Difficulty(int k)
    {
        var sums = new double[Times.Count];
        for (int i = 0; i < Errors.Count; i++)
        {
            sums[i + 1] = sums[i] + Math.Pow(Math.Max(Errors[i], LeastError), 1.0 / k);
        }

        return sums;
    }
}
