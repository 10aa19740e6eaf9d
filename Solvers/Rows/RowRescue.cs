using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Stiffness;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>
/// What becomes of a row that cannot go on with steps of its own: it is solved for alone where its equation is stiff and the problem says how, or ends where it stands where
/// that is asked for.
/// </summary>
/// <param name="problem">The problem of all rows.</param>
/// <param name="progress">Where the rows stand.</param>
/// <param name="events">What has happened to them, or null.</param>
/// <param name="states">The states of all rows at the times at which they are wanted, to be filled.</param>
internal sealed class RowRescue(OdeProblem problem, RowProgress progress, RowEvents? events, FlatVector[] states)
{
    /// <summary>Ends the solve of a row in one of these ways.</summary>
    /// <param name="refusal">Why it cannot go on.</param>
    /// <param name="step">The step that it may not try.</param>
    /// <param name="standing">Where rows stand.</param>
    /// <param name="place">Its place among them.</param>
    /// <exception cref="OdeSolveException">There is no way out for it.</exception>
    public void Rescue(OdeSolveException refusal, in StepAttempt step, FlatVector standing, long place)
    {
        long row = step.Row!.Value;
        bool mayBeStiff = problem.Limits.MayBeStiff(step);
        using var alone = new RowAlone(problem, row, standing, place, progress.TimeOf(row), progress.Wanted(row));
        var explained = mayBeStiff ? new StiffnessProbe(alone.Problem).Explain(refusal, alone.Problem.Start) : refusal;
        bool isAsked = problem.StiffFallback is not null || problem.Limits.OnLimit == LimitAction.Throw;
        if (isAsked && mayBeStiff && explained.Diagnosis is null or { Grows: true } && SolveFromStart(refusal, row, ref explained))
        {
            return;
        }

        if (problem.StiffFallback is not null && explained.Diagnosis is { IsStiff: true })
        {
            using var solution = RowsAlone.Named(alone, one => StiffFallback.Again(one, OdeSolver.Solve));
            Take(alone, solution);
            return;
        }

        if (problem.Limits.OnLimit == LimitAction.Throw)
        {
            throw explained;
        }

        alone.CopyTo([], alone.Problem.Start, states);
        progress.Leave(row, progress.TimeOf(row), isCutShort: true);
    }

    /// <summary>Solves for a row that has come to grow alone and from its start, to learn whether it was stiff before; and where it was, with the method that the problem has for that.</summary>
    private bool SolveFromStart(OdeSolveException refusal, long row, ref OdeSolveException explained)
    {
        using var alone = new RowAlone(problem, row, problem.Start, row, problem.Times[0], 1);
        try
        {
            using var solution = OdeSolver.Solve(alone.Problem with { Limits = problem.Limits with { OnLimit = LimitAction.Throw } });
            if (problem.StiffFallback is null)
            {
                return false;
            }

            events?.Forget(row);
            Take(alone, solution);
            return true;
        }
        catch (OdeSolveException failure) when (failure.Diagnosis is { IsStiff: true, EarlierTime: not null } diagnosis)
        {
            explained = new(refusal, diagnosis);
            return false;
        }
        catch (OdeSolveException)
        {
            return false;
        }
    }

    private void Take(RowAlone alone, OdeSolution solution)
    {
        alone.CopyTo(solution.States, solution.Final, states);
        progress.Leave(alone.Row, solution.EndedBy?.Time ?? solution.Times[^1], isCutShort: !solution.IsComplete);
        progress.Count(alone.Row, solution.Statistics);
        events?.Add(alone.Row, solution.Occurrences);
    }
}
