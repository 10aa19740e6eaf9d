using FlowOde.Cli.Explaining;
using FlowOde.Cli.Verbs;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Tableaus;

namespace FlowOde.Tests.Cli.Explaining;

public class ExplainTests
{
    [Fact]
    public void Explain_OfAllRows_VerifiesThemAndDrawsTwoPictures()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("explain", "--json", "--out", folder.File("pictures"));
        Assert.True(result.Code == 0, result.Out);
        Assert.True(result.Json["holds"]!.GetValue<bool>());
        Assert.Equal(Architectures.All.Count, result.Json["rows"]!.AsArray().Count);
        Assert.Equal(2, result.Json["pictures"]!.AsArray().Count(file => new FileInfo(file!.GetValue<string>()).Length > 20_000));
        string remarks = result.Json["remarks"]!.ToJsonString();
        Assert.All(["PolyNet", "FractalNet", "RevNet is not forward Euler", "zero-stable"], text => Assert.Contains(text, remarks, StringComparison.Ordinal));
    }

    /// <summary>The numbers of the literature: where the regions of the schemes end.</summary>
    [Theory]
    [InlineData("euler", 2, 0)]
    [InlineData("polynet2-block", 1, 1)]
    [InlineData("polynet2", 1, 1)]
    [InlineData("fractalnet2", 8, 0)]
    [InlineData("symplectic-euler", 0, 2)]
    [InlineData("lm:1", 0, 1)]
    [InlineData("midpoint", 2, 0)]
    [InlineData("rk4", 2.785294, 2.828427)]
    [InlineData("dopri5", 3.306568, 0.997189)]
    public void Verify_FindsTheEndsOfTheStabilityRegion(string solver, double real, double imaginary)
    {
        var row = SchemeVerifier.Verify(Architectures.All.Single(row => row.Stepper.Name == solver));
        Assert.True(row.Holds, string.Join("; ", row.Checks.Where(check => !check.Holds).Select(check => check.Failure)));
        Assert.Equal(real, row.Measured(SchemeVerifier.RealReach), 2e-3);
        Assert.Equal(imaginary, row.Measured(SchemeVerifier.ImaginaryReach), 2e-3);
    }

    /// <summary>Of r² = c0 + c1 r the roots are one where c1² + 4 c0 = 0; with one eigenvector a step's powers then grow.</summary>
    [Fact]
    public void IsOpenAbove_IsSaidWhereBothEigenvaluesAreOneAtTheEnd()
    {
        foreach (var (solver, end) in new[] { ("symplectic-euler", 2.0), ("lm:1", 1.0), ("lm:-0.1", 0.0) })
        {
            var row = Architectures.All.Single(row => row.Stepper.Name == solver);
            var c = row.Characteristic(new(0, end));
            Assert.Equal(row.IsOpenAbove, ((c[1] * c[1]) + (4 * c[0])).Magnitude < 1e-12);
        }

        Assert.Equal(["symplectic-euler", "lm:1"], Architectures.All.Where(row => row.IsOpenAbove).Select(row => row.Stepper.Name));
    }

    [Fact]
    public void Explain_IntoAFile_IsNoWiderThanAPage()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("explain", "--out", folder.File("pictures"), "--quiet");
        Assert.True(result.Code == 0, result.Out);
        string[] table = [.. result.Out.Split('\n').TakeWhile(line => !line.StartsWith("Measured", StringComparison.Ordinal))];
        Assert.InRange(table.Max(line => line.TrimEnd().Length), 80, 160);
        Assert.All(["below ±2.00i", "below ±1.00i", "±2.83i"], text => Assert.Contains(text, result.Out, StringComparison.Ordinal));
        Assert.DoesNotContain("below ±2.83i", result.Out, StringComparison.Ordinal);
    }

    public static TheoryData<string, IStepper, string> Broken => new()
    {
        { "euler", new ExplicitRungeKutta(new ButcherTableau("nearly-euler", 1, [[], [1e-9]], [0.5, 0.5], [0, 1e-9])), SchemeVerifier.Matrix },
        { "midpoint", new ExplicitRungeKutta(Heun2.Tableau), SchemeVerifier.Network },
        { "rk4", new ExplicitRungeKutta(ThreeEighthsRk4.Tableau), SchemeVerifier.Network },
        { "polynet2", PolyNetBlock.Method, SchemeVerifier.NonlinearOrder },
        { "fractalnet3", new ExplicitRungeKutta(FractalNet.Of(2)), SchemeVerifier.Plane },
        { "lm:-0.1", LmResNet.Of(-0.2), SchemeVerifier.Network },
        { "symplectic-euler", new ReversibleMethod(SymplecticEuler.Method.Tableau with { Inverse = SymplecticEuler.Method.Tableau.Step }), SchemeVerifier.MissedStart },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Verify_OfAnotherScheme_FailsTheRowByTheCheckThatSeesIt(string solver, IStepper wrong, string check)
    {
        var row = SchemeVerifier.Verify(Architectures.All.Single(row => row.Stepper.Name == solver) with { Stepper = wrong });
        Assert.False(row.Holds);
        Assert.Contains(check, row.Checks.Where(one => !one.Holds).Select(one => one.Name));
    }

    [Fact]
    public void Explain_OfABrokenRow_EndsWithCodeOneAndNamesIt()
    {
        using var folder = new TemporaryFolder();
        using StringWriter text = new(), error = new();
        var broken = Architectures.All[0] with { Stepper = new ExplicitRungeKutta(Midpoint.Tableau) };
        int code = ExplainVerb.Explain([broken, Architectures.All[1]], folder.File("pictures"), new(text, error, Json: false, Quiet: true, Verbose: false));
        Assert.Equal(1, code);
        Assert.Contains("Not verified: ResNet.", text.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{SchemeVerifier.Matrix} is", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_WhereAFileStandsInTheWay_IsRefused()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("explain", "--out", folder.Write("file", "x")).RequireRefusal(2, "that is a file");
    }
}
