using FlowOde.Solvers.Integration;

namespace FlowOde.Solvers.Stiffness;

/// <summary>Makes a solve anew with another method where its equation turned out to be stiff.</summary>
internal static class StiffFallback
{
    /// <summary>Solves a problem, and once more with its <see cref="OdeProblem.StiffFallback"/> where that is given and the equation is stiff.</summary>
    /// <typeparam name="T">What a solve gives.</typeparam>
    /// <param name="problem">The problem.</param>
    /// <param name="solve">Solves it.</param>
    public static T Solve<T>(OdeProblem problem, Func<OdeProblem, T> solve)
    {
        bool mayBePart = problem.Limits.OnLimit == LimitAction.ReturnPartial;
        try
        {
            return solve(problem.StiffFallback is not null && mayBePart ? problem with { Limits = problem.Limits with { OnLimit = LimitAction.Throw } } : problem);
        }
        catch (OdeSolveException failure) when (problem.StiffFallback is not null && (mayBePart || failure.Diagnosis is { IsStiff: true }))
        {
            return failure.Diagnosis is { IsStiff: true } ? Again(problem, solve) : solve(problem with { StiffFallback = null });
        }
    }

    /// <summary>Solves a problem with its fallback.</summary>
    /// <typeparam name="T">What a solve gives.</typeparam>
    /// <param name="problem">The problem, which has one.</param>
    /// <param name="solve">Solves it.</param>
    public static T Again<T>(OdeProblem problem, Func<OdeProblem, T> solve)
    {
        try
        {
            return solve(problem with { Stepper = problem.StiffFallback!, StiffFallback = null });
        }
        catch (OdeSolveException failure)
        {
            throw new OdeSolveException($"The equation is too stiff for '{problem.Stepper.Name}', and '{problem.StiffFallback!.Name}' does not arrive either.", failure);
        }
    }
}
