using FlowOde.Cli.Reporting;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Measuring;

/// <summary>The curves of one solver and one size, of classifiers those of all solvers: what stands in one table and one frame.</summary>
/// <param name="Solver">The solver; null for classifiers, whose architectures have solvers of their own.</param>
/// <param name="Batch">Rows.</param>
/// <param name="Hidden">Widths of the hidden layers; of classifiers the channels of the state.</param>
/// <param name="Curves">The curves.</param>
internal sealed record MemoryPanel(string? Solver, int Batch, string Hidden, IReadOnlyList<MemoryCurve> Curves)
{
    /// <summary>Solver and sizes in words.</summary>
    public string Heading => Solver is null ? $"{Quantity.Of(Batch, "row")}, {Hidden} {(Hidden == "1" ? "channel" : "channels")}" : $"{Solver}, {Quantity.Of(Batch, "row")}, hidden {(Hidden.Length == 0 ? "none" : Hidden.Replace(",", "–", StringComparison.Ordinal))}";

    /// <summary>Every number of steps of its points, ascending.</summary>
    public IReadOnlyList<int> Steps => [.. Curves.SelectMany(curve => curve.Points).Select(point => point.Steps).Distinct().Order()];

    /// <summary>Sorts points into panels and curves, in the order in which they were first measured.</summary>
    public static IReadOnlyList<MemoryPanel> Of(IEnumerable<SweepPoint> points)
    {
        // A reversible partner stands beside the method that it couples.
        SweepPoint[] all = [.. points];
        string? Main(SweepPoint point) => point.Network is not null ? null
            : all.Select(other => other.Solver).FirstOrDefault(other => point.Solver == ReversibleCoupling.Prefix + other) ?? point.Solver;
        string? Partner(SweepPoint point, string? solver) => point.Solver == solver || point.Architecture is { ChoosesSteps: false } ? null : point.Solver;
        return
        [
            .. all.GroupBy(point => (Solver: Main(point), point.Batch, point.Hidden))
                .Select(panel => new MemoryPanel(panel.Key.Solver, panel.Key.Batch, panel.Key.Hidden,
                    [.. panel.GroupBy(point => (point.Network, point.Method, point.Budget, point.Solver)).Select(curve => MemoryCurve.Of(curve) with { Partner = Partner(curve.First(), panel.Key.Solver) })])),
        ];
    }
}
