using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.TestProblems;

/// <summary>All problems by name.</summary>
internal static class KnownProblems
{
    private const double Mu = 0.012277471; // the moon's share of the mass of earth and moon

    /// <summary>The problems: those of Detest, then others that are not stiff, then stiff ones.</summary>
    public static IReadOnlyList<NamedProblem> All { get; } = [.. Detest.All, .. Others, .. StiffProblems.All];

    private static IEnumerable<NamedProblem> Others =>
    [
        Problem("arenstorf", "Arenstorf's closed orbit of a satellite of earth and moon", 17.0652165601579626, [0.994, 0, 0, -2.00158510637908252], Arenstorf),
        Problem("brusselator", "Brusselator", 20, [1.5, 3], (_, y, dy) => (dy[0], dy[1]) = (1 + (y[0] * y[0] * y[1]) - (4 * y[0]), (3 * y[0]) - (y[0] * y[0] * y[1]))),
        Problem("lorenz", "Lorenz's equations", 5, [1, 1, 1], (_, y, dy) => (dy[0], dy[1], dy[2]) = (10 * (y[1] - y[0]), (y[0] * (28 - y[2])) - y[1], (y[0] * y[1]) - (8 / 3.0 * y[2]))),
    ];

    /// <summary>The problem of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static NamedProblem Find(string name) => All.FirstOrDefault(problem => problem.Name == name)
        ?? throw new UsageException($"There is no problem '{name}'.{Suggestion.For(name, All.Select(problem => problem.Name))} Known are: {string.Join(", ", All.Select(problem => problem.Name))}.");

    private static NamedProblem Problem(string name, string title, double end, double[] start, FieldFunction function) => new()
    {
        Name = name,
        Title = title,
        Function = function,
        Start = start,
        End = end,
        Solution = ReferenceSolutions.Of(name),
        SolutionIsKnownTo = ReferenceSolutions.KnownTo(name),
    };

    /// <summary>The restricted problem of three bodies, in axes that turn with earth and moon.</summary>
    private static void Arenstorf(double time, ReadOnlySpan<double> y, Span<double> dy)
    {
        double earth = Math.Pow(Math.Pow(y[0] + Mu, 2) + (y[1] * y[1]), 1.5), moon = Math.Pow(Math.Pow(y[0] - (1 - Mu), 2) + (y[1] * y[1]), 1.5);
        dy[0] = y[2];
        dy[1] = y[3];
        dy[2] = y[0] + (2 * y[3]) - ((1 - Mu) * (y[0] + Mu) / earth) - (Mu * (y[0] - (1 - Mu)) / moon);
        dy[3] = y[1] - (2 * y[2]) - ((1 - Mu) * y[1] / earth) - (Mu * y[1] / moon);
    }
}
