using FlowOde.Cli.Precision;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using Xunit.Abstractions;
using Collection = FlowOde.Cli.TestProblems.Detest;

namespace FlowOde.Tests.Solvers.Detest;

/// <summary>Evaluations at equal true error against those of other libraries, on the 25 problems of Hull, Enright, Fellen and Sedgwick (1972).</summary>
/// <remarks>
/// peers.json says what the other libraries needed, make_peers.py how that was measured; no Python is needed here. Evaluations are counted, so that nothing depends on the
/// machine's speed, and the bounds lie a few per cent above what was measured.
/// </remarks>
public class DetestTests(ITestOutputHelper log)
{
    private const string Scipy = "scipy-dopri5";
    private const string TorchDiffEq = "torchdiffeq-dopri5";
    private static readonly double[] _tolerances = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
    private static readonly Lazy<IReadOnlyList<PrecisionPoint>> _peers = new(() => PeerFile.Read(Path.Combine(AppContext.BaseDirectory, "Solvers", "Detest", "peers.json")));

    /// <summary>What a user has who says nothing but a tolerance, against what a user of a peer has who says nothing more.</summary>
    [Theory]
    [InlineData("dopri5", TorchDiffEq, 0.98)] // 0.943
    [InlineData("dopri5", Scipy, 1.05)] // 1.019
    [InlineData("dopri5-shampine", TorchDiffEq, 0.98)] // 0.947
    [InlineData("tsit5", Scipy, 0.96)] // 0.928
    [InlineData("dopri8", Scipy, 0.7)] // 0.665
    [InlineData("adams", Scipy, 0.66)] // 0.624
    [InlineData("cash-karp", Scipy, 0.95)] // 0.918
    [InlineData("rkf45", Scipy, 1.18)] // 1.150
    [InlineData("bosh3", Scipy, 3.9)] // 3.78
    public void Solve_WithDefaults_NeedsNoMoreEvaluationsForAnErrorThan(string solver, string peer, double most) =>
        AssertRatio(solver, tolerance => new() { Tolerances = new(tolerance, tolerance) }, peer, most);

    /// <summary>With the exponents of the code that scipy calls.</summary>
    [Theory]
    [InlineData(Scipy, 1.03)] // 1.002
    [InlineData(TorchDiffEq, 0.96)] // 0.928
    public void Solve_WithDopri5AndItsOwnControl_NeedsNoMoreEvaluationsForAnErrorThan(string peer, double most) =>
        AssertRatio("dopri5", tolerance => new() { Tolerances = new(tolerance, tolerance), Coefficients = PidCoefficients.Dopri5, MayShrinkAfterAcceptance = true }, peer, most);

    /// <summary>The comparison of a peer with itself is 1, and of one that needs twice the evaluations 2.</summary>
    [Fact]
    public void Ratio_OfAPeerThatNeedsTwiceTheEvaluations_IsTwo()
    {
        Assert.Equal(1, Ratio([.. _peers.Value.Where(point => point.Solver == Scipy)], Scipy), 1e-12);
        Assert.Equal(2, Ratio([.. _peers.Value.Where(point => point.Solver == Scipy).Select(point => point with { Evaluations = 2 * point.Evaluations })], Scipy), 1e-12);
    }

    private void AssertRatio(string solver, Func<double, PidController> control, string peer, double most)
    {
        var stepper = StepperCatalog.Find(solver)!;
        double ratio = Ratio([.. Collection.All.SelectMany(problem => _tolerances.Select(tolerance => PrecisionSolve.Run(problem, stepper, control(tolerance))))], peer);
        log.WriteLine($"{solver} ÷ {peer}: {ratio:F3}");
        Assert.InRange(ratio, 0.9 * most, most);
    }

    /// <summary>The geometric mean over problems, and within each over the errors that both reach, of our evaluations by the peer's.</summary>
    private double Ratio(IReadOnlyList<PrecisionPoint> ours, string peer)
    {
        double[] ratios = [.. Collection.All.Select(problem =>
        {
            double floor = 20 * problem.SolutionIsKnownTo;
            double ratio = PrecisionCurve.MeanLogRatio(new(ours.Where(point => point.Problem == problem.Name), floor), new(_peers.Value.Where(point => point.Problem == problem.Name && point.Solver == peer), floor));
            log.WriteLine($"  {problem.Name}: {Math.Exp(ratio):F3}");
            return ratio;
        })];
        Assert.DoesNotContain(double.NaN, ratios);
        return Math.Exp(ratios.Average());
    }
}
