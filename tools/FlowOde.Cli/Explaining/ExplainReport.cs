using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Verbs;
using Spectre.Console;

namespace FlowOde.Cli.Explaining;

/// <summary>The table as people and programs read it, and where it differs from what papers say.</summary>
internal static class ExplainReport
{
    /// <summary>Prints the table and the remarks.</summary>
    public static void Write(IReadOnlyList<ExplainedRow> rows, Output output)
    {
        var table = Output.NewTable(("architecture", false), ("scheme", false), ("solver", false), ("order: linear; nonlinear", false), ("stable for hλ in", false), ("invertible", false), ("memory of a gradient", false), ("verified", false));
        foreach (var row in rows)
        {
            table.AddRow([.. new[]
            {
                row.Architecture.Name, row.Architecture.Scheme, row.Architecture.Stepper.Name, Order(row), Stability(row), Invertible(row), Memory(row),
                row.Holds ? "yes" : string.Join("; ", row.Checks.Where(check => !check.Holds).Select(check => check.Failure)),
            }.Select(Markup.Escape)]);
        }

        output.WriteTable(table);
        output.Out.WriteLine("Measured just now in float64: one step's matrix on ẋ = Ax against the network's; blocks on a nonlinear field that depends on time against the network by hand; orders between the two finest grids of 8 to 1,024 steps; growth over 48,200 points hλ. Stability is per block, whatever it evaluates.");
        foreach (string remark in Remarks(rows))
        {
            output.Out.WriteLine($"- {remark}");
        }

        output.Out.WriteLine(rows.All(row => row.Holds) ? $"All {rows.Sum(row => row.Checks.Count)} checks of {rows.Count} rows hold." : $"Not verified: {string.Join(", ", rows.Where(row => !row.Holds).Select(row => row.Architecture.Name))}.");
    }

    /// <summary>The table as one object.</summary>
    public static JsonObject ToJson(IReadOnlyList<ExplainedRow> rows, IEnumerable<string> pictures) => new()
    {
        ["holds"] = rows.All(row => row.Holds),
        ["rows"] = new JsonArray([.. rows.Select(ToJson)]),
        ["remarks"] = Texts(Remarks(rows)),
        ["pictures"] = Texts(pictures),
    };

    /// <summary>What papers claim and the numbers do not bear out. A remark about a row that is not there, or does not hold, is left out.</summary>
    public static IEnumerable<string> Remarks(IReadOnlyList<ExplainedRow> rows)
    {
        ExplainedRow? Of(string solver) => rows.FirstOrDefault(row => row.Holds && row.Architecture.Stepper.Name == solver);
        if (Of("polynet2-block") is { } poly)
        {
            yield return $"PolyNet is backward Euler cut off (Lu et al. 2018) for linear F alone. On the nonlinear field its error stays at {poly.NonlinearErrors.Values[^1]:G2} however many blocks there are (order {Two(poly.Measured(SchemeVerifier.NonlinearOrder))}): where F(0) ≠ 0 it solves ẋ = F(x) + F(0). The fixed-point form x + hF(x + hF(x)) has order 1.";
            yield return $"Nor is it as stable: backward Euler damps every hλ < 0, this block down to {Minus(-poly.Measured(SchemeVerifier.RealReach))} only, less than a ResNet's −2.";
        }

        if (Of("fractalnet2") is { } fractal)
        {
            yield return $"FractalNet is called a Runge–Kutta expression of second order; with shared weights and equal shares its order is {Two(fractal.Measured(SchemeVerifier.NonlinearOrder))} at every depth (Σ b c = (1 − 4^(1−c))/6, order 2 needs ½). A ResNet with as many evaluations is more exact{(Of("euler") is { } resNet ? $": {resNet.NonlinearErrors.Values[^1]:G2} with 1,024, a FractalNet {fractal.NonlinearErrors.Values[^2]:G2}" : "")}.";
        }

        if (Of("symplectic-euler") is { } rev)
        {
            yield return $"RevNet is not forward Euler (Lu et al. 2018): its second half uses the new first half. On the linear field the steps differ by h²FG = {Minus(rev.Measured(OwnChecks.FromEuler), "G2")}; RevNet's determinant is 1 to {Math.Abs(1 - rev.Measured(OwnChecks.Area)):G1}, forward Euler's {rev.Measured(OwnChecks.EulerArea):G6}. Without damping, it is stable on the imaginary axis alone.";
        }

        if (Of("lm:-0.1") is not null)
        {
            yield return "LM-ResNet word for word, (1 − k)x + k x₋₁ + F, solves (1 + k)ẋ = F/h; as a solver of ẋ = f it has F = (1 + k)hf. It is zero-stable for −1 < k ≤ 1: at k = −1.1 and 1.1 the error grows by more than 1,000 from 50 to 400 steps, at −0.9 and 1 it shrinks. The authors' code has 1 − k where the paper has k. A negative k, as training starts with, damps further than a ResNet: down to −2(1 − k)/(1 + k).";
        }

        if (Of("lm:1") is { } leapfrog)
        {
            yield return $"k = 1 doubles the order, at a price: it is stable on the imaginary axis alone, below ±{Two(leapfrog.Measured(SchemeVerifier.ImaginaryReach))}i (at the ends themselves both roots are one, and states grow with depth), so that anything that decays is spoilt in time.";
        }
    }

    private static JsonObject ToJson(ExplainedRow row) => new()
    {
        ["architecture"] = row.Architecture.Name,
        ["scheme"] = row.Architecture.Scheme,
        ["block"] = row.Architecture.Block,
        ["solver"] = row.Architecture.Stepper.Name,
        ["order"] = new JsonObject
        {
            ["linear"] = row.Architecture.LinearOrder,
            ["nonlinear"] = row.Architecture.NonlinearOrder,
            ["observedLinear"] = RunJson.Number(row.Measured(SchemeVerifier.LinearOrder)),
            ["observedNonlinear"] = RunJson.Number(row.Measured(SchemeVerifier.NonlinearOrder)),
        },
        ["stability"] = new JsonObject { ["real"] = RunJson.Number(-row.Measured(SchemeVerifier.RealReach)), ["imaginary"] = RunJson.Number(row.Measured(SchemeVerifier.ImaginaryReach)), ["withImaginaryEnds"] = !row.Architecture.IsOpenAbove },
        ["invertible"] = Invertible(row),
        ["memory"] = Memory(row),
        ["holds"] = row.Holds,
        ["checks"] = new JsonArray([.. row.Checks.Select(check => new JsonObject
        {
            ["name"] = check.Name,
            ["measured"] = RunJson.Number(check.Measured),
            ["expected"] = RunJson.Number(check.Expected),
            ["tolerance"] = check.Tolerance,
            ["holds"] = check.Holds,
        })]),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static string Order(ExplainedRow row)
    {
        string Of(int order, string check) => $"{(order == 0 ? "none" : order)} ({Two(row.Measured(check))})";
        return $"{Of(row.Architecture.LinearOrder, SchemeVerifier.LinearOrder)}; {Of(row.Architecture.NonlinearOrder, SchemeVerifier.NonlinearOrder)}";
    }

    private static string Stability(ExplainedRow row)
    {
        double real = row.Measured(SchemeVerifier.RealReach), imaginary = row.Measured(SchemeVerifier.ImaginaryReach);
        string onReal = real < 0.01 ? "" : $"[{Minus(-real)}, 0]", onImaginary = imaginary < 0.01 ? "" : row.Architecture.IsOpenAbove ? $"below ±{Two(imaginary)}i" : $"±{Two(imaginary)}i";
        return string.Join(", ", new[] { onReal, real < 0.01 ? $"{onImaginary} alone" : onImaginary }.Where(part => part.Length > 0));
    }

    private static string Invertible(ExplainedRow row) => row.Architecture.Inverse switch
    {
        Inverse.Exact => $"in closed form (start missed by {row.Measured(SchemeVerifier.MissedStart):G1})",
        Inverse.Unstable => $"in closed form where k ≠ 0, but errors grow by {1 / Math.Abs(row.Measured(OwnChecks.LmDeterminant)):G3} a step",
        Inverse.BySolvingBack => $"by solving back, to the tolerance ({row.Measured(SchemeVerifier.MissedStart):G1} at 64 steps)",
        _ => $"no: a step is singular at hλ = {Number(row.Architecture.Zero!.Value)}",
    };

    private static string Memory(ExplainedRow row) => row.Architecture.MemoryGrows
        ? $"grows with depth ({row.Architecture.Adjoint.Name}: × {row.Measured(SchemeVerifier.MemoryGrowth):F1} for 10 times the blocks), less with checkpoints"
        : $"constant ({row.Architecture.Adjoint.Name}: × {row.Measured(SchemeVerifier.MemoryGrowth):F2})";

    private static string Number(Complex z) => Minus(z.Real) + (Math.Abs(z.Imaginary) < 0.005 ? "" : $" ± {Two(Math.Abs(z.Imaginary))}i");

    private static string Two(double value) => Minus(value);

    private static string Minus(double value, string format = "F2") => (Math.Abs(value) < 0.005 && format == "F2" ? 0 : value).ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
}
