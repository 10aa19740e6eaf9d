using FlowOde.Cli.Pictures;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Explaining;

/// <summary>Draws the stability regions and the convergence of all rows.</summary>
internal static class ExplainPictures
{
    /// <summary>Writes both pictures.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="folder">The folder; made if it is not there.</param>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(IReadOnlyList<ExplainedRow> rows, string folder)
    {
        Directory.CreateDirectory(folder);
        string stability = Path.Combine(folder, "stability.png"), convergence = Path.Combine(folder, "convergence.png");
        FigureFile.Write(stability, Stability(rows));
        FigureFile.Write(convergence, Convergence(rows));
        return [stability, convergence];
    }

    private static StabilityFigure Stability(IReadOnlyList<ExplainedRow> rows) => new()
    {
        Title = "Where a block damps: growth of ẋ = λx in one step",
        Caption = "coloured where errors do not grow; schemes without damping are stable on a piece of the imaginary axis alone; RevNet: ẋ₁ = λx₂, ẋ₂ = λx₁",
        Panels = [.. rows.Select(row => new StabilityPanel
        {
            Heading = Heading(row),
            Growth = row.Plane,
            AxisReach = row.Measured(SchemeVerifier.RealReach) < 0.01 ? row.Measured(SchemeVerifier.ImaginaryReach) : 0,
        })],
    };

    private static ScalingFigure Convergence(IReadOnlyList<ExplainedRow> rows) => new()
    {
        Title = "Convergence: deeper networks approach the differential equation",
        Caption = "error at t = 2 by number of blocks; the slope between the finest grids behind each name; RevNet on fields of two halves",
        XTitle = "blocks",
        YTitle = "error",
        Panels =
        [
            Panel("linear field", rows, row => row.LinearErrors, SchemeVerifier.LinearOrder),
            Panel("nonlinear field that depends on time, not zero at zero", rows, row => row.NonlinearErrors, SchemeVerifier.NonlinearOrder),
        ],
    };

    private static ScalingPanel Panel(string heading, IReadOnlyList<ExplainedRow> rows, Func<ExplainedRow, DataSeries> errors, string order) => new()
    {
        Heading = heading,
        Curves = [.. rows.Select((row, i) => new ScalingCurve { Label = Heading(row), Growth = FormattableString.Invariant($"h^{Math.Max(0, row.Measured(order)):F2}"), Index = i, Points = errors(row) })],
    };

    private static string Heading(ExplainedRow row) => row.Architecture.Name == "LM-ResNet" ? $"LM-ResNet, k = {row.Architecture.Stepper.Name[3..].Replace('-', '−')}" : row.Architecture.Name;
}
