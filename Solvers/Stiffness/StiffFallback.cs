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
        try
        {
            return solve(problem);
        }
        catch (OdeSolveException failure) when (problem.StiffFallback is not null && failure.Diagnosis is { IsStiff: true })
        {
            return Again(problem, solve);
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
