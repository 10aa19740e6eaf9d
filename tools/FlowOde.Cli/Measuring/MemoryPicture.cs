using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Measuring;

/// <summary>Draws a sweep: peak memory against steps, a frame for each solver and size.</summary>
internal static class MemoryPicture
{
    private const double Megabyte = 1 << 20;

    /// <summary>The figure.</summary>
    /// <param name="subject">The model, or one of those whose curves are compared.</param>
    /// <param name="panels">The curves; at least one point was measured.</param>
    public static IFigure Draw(MeasurementSubject subject, IReadOnlyList<MemoryPanel> panels)
    {
        string[] labels = [.. panels.SelectMany(panel => panel.Curves).Select(curve => curve.Label).Distinct()]; // a method has one colour in every frame
        return new ScalingFigure
        {
            Title = $"Memory of one gradient: {subject.Name}",
            Caption = $"MB = 2²⁰ bytes, above the state before the solve; {subject.Values.Text("dtype")}, {subject.Kind.Detail(subject.Values)}; dashed: theory, fitted",
            XTitle = subject.Kind.StepsName,
            YTitle = "peak memory (MB)",
            Panels = [.. panels.Where(panel => panel.Curves.Any(curve => curve.Finished.Any())).Take(ScalingFigure.MostPanels).Select(panel => Panel(panel, labels))],
        };
    }

    private static ScalingPanel Panel(MemoryPanel panel, string[] labels)
    {
        double first = panel.Steps[0], last = panel.Steps[^1];
        SweepPoint[] over = [.. panel.Curves.SelectMany(curve => curve.Points).Where(point => point.Status == SweepPoint.OverMemory && point.Baseline is not null)];
        return new()
        {
            Heading = panel.Heading,
            Limit = over.Length == 0 ? null : over.Max(point => (point.Limit - point.Baseline)!.Value) / Megabyte,
            LimitLabel = over.Length == 0 ? "" : $"ended at the limit of {over.Max(point => point.Limit)!.Value / Megabyte:N0} MB for the whole process",
            Curves = [.. panel.Curves.Where(curve => curve.Points.Any(point => point.Peak > 0)).Select(curve => Curve(curve, Array.IndexOf(labels, curve.Label), first, last))],
        };
    }

    private static ScalingCurve Curve(MemoryCurve curve, int colour, double first, double last)
    {
        SweepPoint[] measured = [.. curve.Finished], over = [.. curve.Points.Where(point => point.Status == SweepPoint.OverMemory && point.Peak > 0)];
        return new()
        {
            Label = curve.Label,
            Growth = curve.Law is null ? "" : curve.Growth,
            Index = colour,
            Points = Series(measured),
            Over = Series(over),
            Theory = curve.Expected is { } expected ? Sampled(expected, first, last) : DataSeries.Empty,
        };
    }

    private static DataSeries Series(SweepPoint[] points) => new([.. points.Select(point => (double)point.Steps)], [.. points.Select(point => point.Peak!.Value / Megabyte)]);

    private static DataSeries Sampled(Func<double, double> law, double first, double last)
    {
        double[] at = [.. Enumerable.Range(0, 65).Select(i => first * Math.Pow(last / first, i / 64.0))];
        return new(at, [.. at.Select(steps => law(steps) / Megabyte)]);
    }
}
