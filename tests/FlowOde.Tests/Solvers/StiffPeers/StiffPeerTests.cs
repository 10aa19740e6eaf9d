using FlowOde.Cli.Precision;
using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Tests.Solvers.Steppers;
using Xunit.Abstractions;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.StiffPeers;

/// <summary>Evaluations at equal true error against scipy's stiff methods; peers.json says what those needed, make_peers.py how that was measured.</summary>
public class StiffPeerTests(ITestOutputHelper log)
{
    private const double Floor = 1e-11; // what the published solutions are known to

    private static readonly (string Name, StiffProblem Problem, double Share)[] _problems =
    [
        ("van-der-pol", StiffProblem.VanDerPol, 1e-4),
        ("robertson", StiffProblem.Robertson, 1e-4),
        ("robertson-long", StiffProblem.Robertson with { End = 1e11, Solution = [0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050] }, 1e-9),
        ("hires", StiffProblem.Hires, 1e-4),
        ("prothero-robinson", StiffProblem.ProtheroRobinson, 1e-4),
    ];

    private static readonly Lazy<IReadOnlyList<PrecisionPoint>> _peers = new(() => PeerFile.Read(Path.Combine(AppContext.BaseDirectory, "Solvers", "StiffPeers", "peers.json")));

    /// <summary>The geometric mean over the problems of our evaluations by the peer's; evaluations for Jacobians by differences count on both sides.</summary>
    [Theory]
    [InlineData("radau5", "scipy-radau", 1.05)]
    [InlineData("bdf", "scipy-bdf", 0.68)]
    public void Solve_OfStiffEquations_NeedsNoMoreEvaluationsForAnErrorThan(string solver, string peer, double most)
    {
        double sum = 0;
        foreach (var (name, problem, share) in _problems)
        {
            double ratio = PrecisionCurve.MeanLogRatio(new(Enumerable.Range(3, 8).Select(power => Run(name, problem, solver, Math.Pow(10, -power), share)), Floor), new(_peers.Value.Where(point => point.Problem == name && point.Solver == peer), Floor));
            log.WriteLine($"{name}: {Math.Exp(ratio):F2}");
            Assert.False(double.IsNaN(ratio), $"{name}: no error that both reach");
            sum += ratio;
        }

        double mean = Math.Exp(sum / _problems.Length);
        log.WriteLine($"{solver} ÷ {peer}: {mean:F3}");
        Assert.InRange(mean, 0.5, most);
    }

    private static PrecisionPoint Run(string name, StiffProblem problem, string solver, double tolerance, double share)
    {
        using var solution = OdeSolver.Solve(Problem(problem.Field, StepperCatalog.Find(solver)!, new PidController { Tolerances = new(tolerance, share * tolerance) }, problem.Start, 0, problem.End));
        return new()
        {
            Problem = name,
            Solver = solver,
            Tolerance = tolerance,
            Evaluations = solution.Statistics.Evaluations,
            Error = solution.Final.AsSpan<double>(0).ToArray().Zip(problem.Solution, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max(),
        };
    }
}
