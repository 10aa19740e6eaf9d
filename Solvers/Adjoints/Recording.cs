using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Stiffness;

namespace FlowOde.Solvers.Adjoints;

/// <summary>How every gradient method records a problem: checked, with a method for stiff equations where the problem has one, and with rows that have steps of their own where it asks for them.</summary>
internal static class Recording
{
    /// <summary>Records a problem: rows of their own together where the method can do it, and one after another where it cannot.</summary>
    /// <param name="adjoint">The gradient method.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="budget">What may be kept.</param>
    /// <param name="record">Records one solve: of the whole batch, or of all rows together.</param>
    /// <exception cref="ArgumentException">The problem's parts do not fit together or with the gradient method.</exception>
    /// <exception cref="OdeSolveException">The solve cannot be completed.</exception>
    public static RecordedSolve Of(IAdjoint adjoint, OdeProblem problem, TapeBudget budget, Func<OdeProblem, RecordedSolve> record)
    {
        ArgumentNullException.ThrowIfNull(budget);
        RecordedFields.Check(adjoint, problem);
        if (!problem.HasOwnSteps)
        {
            return StiffFallback.Solve(problem, record);
        }

        if (problem.SolvesRowsAlone || !adjoint.StepsRowsTogether)
        {
            return RowsAlone.Record(adjoint, problem, budget);
        }

        try
        {
            return record(problem with { StiffFallback = null });
        }
        catch (OdeSolveException failure) when (problem.StiffFallback is not null && failure.Diagnosis is { IsStiff: true })
        {
            return RowsAlone.Record(adjoint, problem, budget); // so that only the rows that are stiff change their method
        }
    }
}
