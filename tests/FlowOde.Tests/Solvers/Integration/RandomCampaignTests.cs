using FlowOde.Solvers;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Integration;

/// <summary>Ten thousand random solves with random adaptive methods: each ends, with a result that is as exact as was asked for or with an error that has a name.</summary>
/// <remarks>
/// As exact as was asked for: within 100 × tolerance × the problem's amplification, the most that an error of one tolerance, made at any time, has become at the end
/// (<see cref="ExtrapolatedSolution.Amplification"/>). Of more than 50 steps each may make an error of one tolerance in the root mean square, which is up to √3 in a component:
/// 2 × steps takes the place of the 100 then. Nothing is claimed where that bound is so large that errors do not add up linearly, nor where the solution reaches infinity.
/// </remarks>
public class RandomCampaignTests(ITestOutputHelper log)
{
    private const int Cases = 10_000;
    private const int MaxSteps = 1_000;
    private const double Largest = 3;

    /// <summary>Fehlberg's method of order 2 estimates its error by (k3 − k1)·h/512, which is 1/256 of the leading term of the method of order 1.</summary>
    private static readonly Dictionary<string, double> _scales = new() { ["fehlberg2"] = 256 };

    [Fact]
    public void Solve_OfRandomFields_EndsWithinItsToleranceOrWithANamedError()
    {
        double worst = 0;
        int exact = 0, plainly = 0;
        var others = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Prop.ForAll(RandomSolve.Solves(), solve =>
        {
            var (ratio, reason, isPlain) = Run(solve);
            plainly += isPlain ? 1 : 0;
            exact += reason is null ? 1 : 0;
            if (reason is not null)
            {
                others[reason] = others.GetValueOrDefault(reason) + 1;
            }

            if (ratio > worst)
            {
                worst = ratio;
                log.WriteLine($"{solve}: {ratio:P0} of the bound");
            }

            return (ratio <= 1).Label($"{solve} is off by {ratio:P0} of what its tolerance and the problem's amplification allow");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(20_241_005UL, 4_711UL));
        log.WriteLine($"{plainly} within 100 × tolerance; {exact} within the bound; {string.Join("; ", others.Select(other => $"{other.Value}: {other.Key}"))}");
        Assert.Equal(Cases, exact + others.Values.Sum());
        Assert.InRange(exact, 0.8 * Cases, Cases);
        Assert.InRange(plainly, 0.88 * Cases, Cases);
    }

    /// <summary>The error by its bound, 0 where none is claimed for the reason that is told; and whether it is within 100 × tolerance whatever the problem makes of errors.</summary>
    private static (double Ratio, string? Reason, bool IsPlain) Run(RandomSolve solve)
    {
        var (function, start) = solve.Make();
        var problem = Problem(Function(solve.Dimension, function), StepperCatalog.Find(solve.Method)!, Pid(solve.Tolerance), start, solve.From, solve.To) with { Limits = new StepLimits { MaxSteps = MaxSteps } };
        double[] end;
        int accepted;
        try
        {
            using var solution = OdeSolver.Solve(problem);
            accepted = solution.Statistics.AcceptedSteps;
            Assert.InRange(accepted + solution.Statistics.RejectedSteps, 1, MaxSteps);
            end = solution.Final.AsSpan<double>(0).ToArray();
            Assert.True(end.All(double.IsFinite), $"{solve} ends at {string.Join(", ", end)}");
        }
        catch (OdeSolveException failure)
        {
            return (0, failure.Message.Contains("steps is used up", StringComparison.Ordinal) ? "the limit of steps is used up" : failure.Message[..40], false);
        }
        finally
        {
            problem.Start.Dispose();
            problem.Pool.Dispose();
        }

        if (ExtrapolatedSolution.Find(function, start, solve.From, solve.To, Math.Max(1e-13, solve.Tolerance / 10)) is not { } exact)
        {
            return (0, "the reference is not found", false);
        }

        double bound = Math.Max(100, 2 * accepted) * solve.Tolerance * _scales.GetValueOrDefault(solve.Method, 1) * exact.Amplification;
        double error = end.Zip(exact.End, (a, b) => Math.Abs(a - b)).Max();
        bool isPlain = error <= 100 * solve.Tolerance * (1 + exact.End.Max(Math.Abs));
        return !(bound <= Largest) ? (0, "the bound is too large to be one", isPlain) : (error / bound, null, isPlain);
    }
}
