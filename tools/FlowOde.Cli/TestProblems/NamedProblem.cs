using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Cli.TestProblems;

/// <summary>An initial value problem of the literature, from t = 0, with its solution at the end.</summary>
internal sealed record NamedProblem
{
    /// <summary>The name that a user types.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>f.</summary>
    public required FieldFunction Function { get; init; }

    /// <summary>y(0), [dimension].</summary>
    public required double[] Start { get; init; }

    /// <summary>The time at which the solution is compared.</summary>
    public required double End { get; init; }

    /// <summary>y(End), [dimension].</summary>
    public required double[] Solution { get; init; }

    /// <summary>What the solution is known to: errors that are not much larger say nothing.</summary>
    /// <value>1e-13 by default.</value>
    public double SolutionIsKnownTo { get; init; } = 1e-13;

    /// <summary>Whether explicit methods must take steps much shorter than accuracy asks for.</summary>
    /// <value>False by default.</value>
    public bool IsStiff { get; init; }

    /// <summary>The absolute tolerance by the relative one: below 1 where components that matter are small.</summary>
    /// <value>1 by default.</value>
    public double AbsoluteShare { get; init; } = 1;

    /// <summary>The tolerances of one relative tolerance.</summary>
    public Tolerances Within(double tolerance) => new(tolerance, AbsoluteShare * tolerance);

    /// <summary>The field.</summary>
    public PlainField NewField() => new(Start.Length, Function);

    /// <summary>The largest distance of a component from the solution; of stiff problems, whose components differ by orders of magnitude, relative to it.</summary>
    /// <param name="end">A state at the end, [dimension].</param>
    public double Error(ReadOnlySpan<double> end)
    {
        double worst = 0;
        for (int i = 0; i < Solution.Length; i++)
        {
            double distance = Math.Abs(end[i] - Solution[i]) / (IsStiff ? Math.Abs(Solution[i]) : 1);
            worst = distance <= worst ? worst : distance; // NaN stays
        }

        return worst;
    }
}
