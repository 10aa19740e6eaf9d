using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Integration;

/// <summary>The loop that makes the steps of every solve, forward and backward, with every method.</summary>
internal static class StepLoop
{
    /// <summary>Integrates from the first time to the last and reports each time that was asked for.</summary>
    /// <param name="workspace">The solve, already begun at times[0].</param>
    /// <param name="stops">The start, then the times to meet, all in one direction.</param>
    /// <param name="control">Judges the steps.</param>
    /// <param name="tolerances">The tolerances, or null where steps are not judged.</param>
    /// <param name="norm">The norm of the errors.</param>
    /// <param name="limits">The bounds.</param>
    /// <param name="observer">Called after each accepted step with the index of the time it met at which the state is wanted, or 0.</param>
    /// <returns>What it cost. Where steps are used up and the limits say so, the solve has not arrived.</returns>
    public static SolveStatistics Run(StepWorkspace workspace, StepStops stops, StepSizeControl control, Tolerances? tolerances, ErrorNorm norm, StepLimits limits, Action<int> observer)
    {
        int accepted = 0, rejected = 0;
        var times = stops.Times;
        SolveStatistics Cost(bool arrived, List<double>? profileTimes, List<double>? errors) => new()
        {
            Evaluations = workspace.Evaluations,
            AcceptedSteps = accepted,
            RejectedSteps = rejected,
            HasArrived = arrived,
            Profiles = profileTimes is not null && errors!.Count > 0 ? [control.Learn(new(profileTimes, errors))] : [],
        };

        (List<double> Times, List<double> Errors)? profile = tolerances is null ? null : ([times[0]], []);
        double largest = Math.Max(Math.Abs(times[0]), Math.Abs(times[^1]));
        for (int index = 1; index < times.Length; index++)
        {
            double target = times[index];
            bool isIntervalStart = true, arrived = false;
            while (!arrived)
            {
                if (accepted + rejected >= limits.MaxSteps && limits.OnLimit == LimitAction.ReturnPartial)
                {
                    return Cost(false, profile?.Times, profile?.Errors);
                }

                double proposed = control.Propose(workspace, norm, target, isIntervalStart);
                double nextTime = control.EndOf(workspace.Time, proposed, target);
                arrived = nextTime == target;
                RequireProgress(workspace, nextTime, proposed, largest, accepted + rejected, limits, control.ShortestStep);
                workspace.Try(nextTime);
                double error = tolerances is null ? FiniteOrNaN(workspace) : workspace.ErrorNorm(norm, tolerances);
                double step = Math.Abs(nextTime - workspace.Time);
                if (tolerances is null && double.IsNaN(error))
                {
                    throw new OdeSolveException("The state is no longer finite after a step of constant length. Take more steps, or use an adaptive method.", workspace.Time, step, workspace.Evaluations);
                }

                if (!control.Judge(error, step, proposed))
                {
                    workspace.Reject();
                    rejected++;
                    arrived = false;
                    continue;
                }

                workspace.Accept(arrived && index == times.Length - 1);
                accepted++;
                isIntervalStart = false;
                profile?.Times.Add(nextTime);
                profile?.Errors.Add(error);
                observer(arrived ? stops.IndexOf(index) : 0);
            }
        }

        return Cost(true, profile?.Times, profile?.Errors);
    }

    private static double FiniteOrNaN(StepWorkspace workspace) =>
        LinearCombination.IsFinite(workspace.Candidate, workspace.Candidate.Layout.DerivativeRanges) ? 0 : double.NaN;

    private static void RequireProgress(StepWorkspace workspace, double nextTime, double step, double largest, int tried, StepLimits limits, double shortest)
    {
        if (tried >= limits.MaxSteps)
        {
            throw new OdeSolveException($"The limit of {limits.MaxSteps:N0} steps is used up. Loosen the tolerances, raise the limit, or look for a vector field that grows without bound.", workspace.Time, step, workspace.Evaluations);
        }

        if (step < shortest)
        {
            throw new OdeSolveException($"The error of a step of the shortest length allowed, {shortest:R}, is too large. Loosen the tolerances or allow shorter steps.", workspace.Time, step, workspace.Evaluations);
        }

        if (nextTime == workspace.Time || !(step > 4 * (Math.BitIncrement(largest) - largest)))
        {
            throw new OdeSolveException("No step is accepted: its length fell to the resolution of time. The solution may grow without bound here or the field be stiff or not finite; loosen the tolerances or check the vector field.", workspace.Time, step, workspace.Evaluations);
        }
    }
}
