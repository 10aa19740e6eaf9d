using FlowOde.Cli.Precision;
using FlowOde.Cli.TestProblems;
using FlowOde.Solvers.Steppers;
using Xunit.Abstractions;

namespace FlowOde.Tests.Solvers.StiffPeers;

/// <summary>Evaluations at equal true error against scipy's stiff methods; peers.json says what those needed, make_peers.py how that was measured.</summary>
public class StiffPeerTests(ITestOutputHelper log)
{
    private const double Floor = 1e-11; // what the published solutions are known to

    private static readonly string[] _problems = ["van-der-pol", "robertson", "robertson-long", "hires", "prothero-robinson"];

    private static readonly Lazy<IReadOnlyList<PrecisionPoint>> _peers = new(() => PeerFile.Read(Path.Combine(AppContext.BaseDirectory, "Solvers", "StiffPeers", "peers.json")));

    /// <summary>The geometric mean over the problems of our evaluations by the peer's; evaluations for Jacobians by differences count on both sides.</summary>
    [Theory]
    [InlineData("radau5", "scipy-radau", 1.15)]
    [InlineData("bdf", "scipy-bdf", 0.85)]
    public void Solve_OfStiffEquations_NeedsNoMoreEvaluationsForAnErrorThan(string solver, string peer, double most)
    {
        double sum = 0;
        foreach (string name in _problems)
        {
            double ratio = PrecisionCurve.MeanLogRatio(new(Enumerable.Range(3, 8).Select(power => PrecisionSolve.Run(KnownProblems.Find(name), StepperCatalog.Find(solver)!, Math.Pow(10, -power))), Floor), new(_peers.Value.Where(point => point.Problem == name && point.Solver == peer), Floor));
            log.WriteLine($"{name}: {Math.Exp(ratio):F2}");
            Assert.False(double.IsNaN(ratio), $"{name}: no error that both reach");
            sum += ratio;
        }

        double mean = Math.Exp(sum / _problems.Length);
        log.WriteLine($"{solver} ÷ {peer}: {mean:F3}");
        Assert.InRange(mean, 0.5, most);
    }
}
