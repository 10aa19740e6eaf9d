using FlowOde.Cli.TestProblems;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>Stiff equations whose solutions are published.</summary>
internal sealed record StiffProblem(string Name, FunctionField Field, double[] Start, double End, double[] Solution)
{
    public static StiffProblem VanDerPol { get; } = Of("van-der-pol", "van der Pol, μ = 1000");

    public static StiffProblem Robertson { get; } = Of("robertson", "Robertson");

    public static StiffProblem Hires { get; } = Of("hires", "HIRES");

    public static StiffProblem ProtheroRobinson { get; } = Of("prothero-robinson", "Prothero and Robinson");

    public static StiffProblem Find(string name) => new[] { VanDerPol, Robertson, Hires }.Single(problem => problem.Name == name);

    /// <summary>One of the problems that the command line knows too, under the name that tests have for it.</summary>
    private static StiffProblem Of(string known, string name)
    {
        var problem = KnownProblems.Find(known);
        return new(name, Function(problem.Start.Length, (time, y, dy) => problem.Function(time, y, dy)), problem.Start, problem.End, problem.Solution);
    }
}
