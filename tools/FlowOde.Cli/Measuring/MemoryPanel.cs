using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Measuring;

/// <summary>The curves of one solver and one size: what stands in one table and one frame.</summary>
/// <param name="Solver">The solver.</param>
/// <param name="Batch">Rows.</param>
/// <param name="Hidden">Widths of the hidden layers.</param>
/// <param name="Curves">The curves.</param>
internal sealed record MemoryPanel(string Solver, int Batch, string Hidden, IReadOnlyList<MemoryCurve> Curves)
{
    /// <summary>Solver and sizes in words.</summary>
    public string Heading => $"{Solver}, {Batch} rows, hidden {(Hidden.Length == 0 ? "none" : Hidden.Replace(",", "–", StringComparison.Ordinal))}";

    /// <summary>Every number of steps of its points, ascending.</summary>
    public IReadOnlyList<int> Steps => [.. Curves.SelectMany(curve => curve.Points).Select(point => point.Steps).Distinct().Order()];

    /// <summary>Sorts points into panels and curves, in the order in which they were first measured.</summary>
    public static IReadOnlyList<MemoryPanel> Of(IEnumerable<SweepPoint> points)
    {
        // A reversible partner stands beside the method that it couples.
        SweepPoint[] all = [.. points];
        string Main(string solver) => all.Select(point => point.Solver).FirstOrDefault(other => solver == ReversibleCoupling.Prefix + other) ?? solver;
        return
        [
            .. all.GroupBy(point => (Solver: Main(point.Solver), point.Batch, point.Hidden))
                .Select(panel => new MemoryPanel(panel.Key.Solver, panel.Key.Batch, panel.Key.Hidden,
                    [.. panel.GroupBy(point => (point.Method, point.Budget, point.Solver)).Select(curve => MemoryCurve.Of(curve) with { Partner = curve.Key.Solver == panel.Key.Solver ? null : curve.Key.Solver })])),
        ];
    }
}
