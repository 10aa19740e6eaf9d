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
    public static SolveStatistics Run(StepWorkspace workspace, StepStops stops, StepSizeControl control, Tolerances? tolerances, ErrorNorm norm, StepLimits limits, Action<int> observer) =>
        Run(workspace, stops, control, tolerances, norm, limits, index =>
        {
            observer(index);
            return false;
        });

    /// <summary>Integrates from the first time until it is told to stop, at most to the last, and reports each time that was asked for.</summary>
    /// <param name="workspace">The solve, already begun at times[0].</param>
    /// <param name="stops">The start, then the times to meet, all in one direction.</param>
    /// <param name="control">Judges the steps.</param>
    /// <param name="tolerances">The tolerances, or null where steps are not judged.</param>
    /// <param name="norm">The norm of the errors.</param>
    /// <param name="limits">The bounds.</param>
    /// <param name="endsAfter">Called after each accepted step with the index of the time it met at which the state is wanted, or 0; says whether the solve ends with it.</param>
    /// <returns>What it cost. Where steps are used up and the limits say so, the solve has not arrived.</returns>
    public static SolveStatistics Run(StepWorkspace workspace, StepStops stops, StepSizeControl control, Tolerances? tolerances, ErrorNorm norm, StepLimits limits, Func<int, bool> endsAfter)
    {
        workspace.Tolerances = tolerances;
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
        bool isOver = false;
        double target = times[0];
        double FirstStep(int order) => InitialStep.Find(workspace, norm, tolerances!, order, target); // those that ask for it have tolerances
        for (int index = 1; index < times.Length && !isOver; index++)
        {
            target = times[index];
            bool isIntervalStart = true, arrived = false;
            while (!arrived && !isOver)
            {
                if (accepted + rejected >= limits.MaxSteps && limits.OnLimit == LimitAction.ReturnPartial)
                {
                    return Cost(false, profile?.Times, profile?.Errors);
                }

                double proposed = control.Propose(workspace.Time, target, isIntervalStart, FirstStep);
                double nextTime = control.EndOf(workspace.Time, proposed, target);
                arrived = nextTime == target;
                limits.RequireProgress(workspace.Time, nextTime, proposed, largest, accepted + rejected, workspace.Evaluations, workspace.Failure, shortest: control.ShortestStep);
                workspace.Try(nextTime);
                double error = workspace.Failure is not null ? double.NaN : tolerances is null ? FiniteOrNaN(workspace) : workspace.ErrorNorm(norm, tolerances);
                double step = Math.Abs(nextTime - workspace.Time);
                if (tolerances is null && double.IsNaN(error))
                {
                    throw new OdeSolveException($"{workspace.Failure ?? "The state is no longer finite after a step of constant length"}. Take more steps, or use an adaptive method.", workspace.Time, step, workspace.Evaluations);
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
                isOver = endsAfter(arrived ? stops.IndexOf(index) : 0);
            }
        }

        return Cost(true, profile?.Times, profile?.Errors);
    }

    private static double FiniteOrNaN(StepWorkspace workspace) =>
        LinearCombination.IsFinite(workspace.Candidate, workspace.Candidate.Layout.DerivativeRanges) ? 0 : double.NaN;
}
