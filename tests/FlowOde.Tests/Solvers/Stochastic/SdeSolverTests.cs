using FlowOde.Solvers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Stochastic;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Stochastic.StochasticProblems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Stochastic;

public class SdeSolverTests
{
    private static readonly BrownianPath _path = new(21, 0, 1, 100, 2);

    public static TheoryData<string> Methods => [.. SdeCatalog.All.Select(stepper => stepper.Name)];

    [Theory]
    [InlineData("euler-maruyama", "euler")]
    [InlineData("milstein", "euler")]
    [InlineData("stratonovich-heun", "heun2")]
    public void Solve_WithoutNoise_GivesTheOrdinaryMethodsBits(string name, string ordinary)
    {
        var field = new EntryField(2, (t, y) => Math.Sin(t) - (y * y * 0.3), (_, _) => 0);
        double[] stochastic = Solve(Problem(field, SdeCatalog.Find(name)!, _path, 16));
        using var start = new FlatVector(field.StateLayout(100), ScalarType.Float64);
        start[0].Fill(1);
        using var pool = new WorkspacePool();
        using var solution = OdeSolver.Solve(new() { Field = field, Stepper = StepperCatalog.Find(ordinary)!, Controller = new ConstantStep(16), Start = start, Times = [0, 1], Pool = pool });
        Assert.Equal(solution.Final.AsSpan<double>(0).ToArray(), stochastic);
    }

    [Theory]
    [InlineData("euler-maruyama")]
    [InlineData("milstein")]
    [InlineData("stratonovich-heun")]
    public void Solve_OfMultiplicativeNoise_GoesToItsOwnCalculusAndNotToTheOther(string name)
    {
        var stepper = SdeCatalog.Find(name)!;
        double[] state = Solve(Problem(Growth(2), stepper, _path, 1024));
        var other = stepper.Calculus == SdeCalculus.Ito ? SdeCalculus.Stratonovich : SdeCalculus.Ito;

        // The two solutions differ by the factor exp(σ²/2), which the logarithm's mean finds.
        double Shift(SdeCalculus calculus) => state.Zip(Grown(_path, 1, calculus), (a, b) => Math.Log(a / b)).Average();
        Assert.InRange(Math.Abs(Shift(stepper.Calculus)), 0, 0.01);
        Assert.InRange(Math.Abs(Shift(other)), 0.31, 0.33);
    }

    [Fact]
    public void Solve_OfACorrectedDrift_GivesTheOtherCalculusSolution()
    {
        // dy = f dt + σ y ∘ dW is dy = (f + ½ σ² y) dt + σ y dW.
        var corrected = new EntryField(2, (t, y) => (0.5 + Math.Cos(2 * t) + (0.5 * Sigma * Sigma)) * y, (_, y) => Sigma * y);
        double[] ito = Solve(Problem(corrected, Milstein.Method, _path, 1024)), stratonovich = Solve(Problem(Growth(2), StratonovichHeun.Method, _path, 1024));
        Assert.True(ito.Zip(stratonovich, (a, b) => Math.Abs((a / b) - 1)).Max() < 0.02); // both of strong order 1
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Solve_BackwardsInTime_FollowsThePathBackwards(string name)
    {
        // From 1 at the end, the noise of a solve backwards is W(t) − W(1); in Itô's sense its correction has the sign of the direction.
        var stepper = SdeCatalog.Find(name)!;
        double[] state = Solve(Problem(Growth(2), stepper, _path, 1024) with { Times = [1, 0] });
        double correction = stepper.Calculus == SdeCalculus.Ito ? 0.5 * Sigma * Sigma : 0;
        double[] exact = [.. Values(_path, 1).Select(w => Math.Exp(-Exponent(1) - correction - (Sigma * w)))];
        double tolerance = stepper.StrongOrder < 1 ? 0.1 : 0.02;
        Assert.True(state.Zip(exact, (a, b) => Math.Abs((a / b) - 1)).Max() < tolerance);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Solve_InSinglePrecision_AgreesWithDouble(string name)
    {
        var stepper = SdeCatalog.Find(name)!;
        double[] single = Solve(Problem(Growth(2), stepper, _path, 64, dtype: ScalarType.Float32)), wide = Solve(Problem(Growth(2), stepper, _path, 64));
        Assert.InRange(single.Zip(wide, (a, b) => Math.Abs((a / b) - 1)).Max(), 1e-9, 2e-5); // 64 steps of rounding, and of a difference in Milstein's
    }

    [Fact]
    public void Solve_WithSaveTimes_MeetsThemAndCountsEverything()
    {
        var problem = Problem(Growth(2), StratonovichHeun.Method, _path, 10) with { Times = [0, 0.25, 0.3, 1] };
        using (problem.Start)
        using (problem.Pool)
        using (var solution = SdeSolver.Solve(problem))
        {
            Assert.Equal([0.25, 0.3, 1], solution.Times);
            Assert.Equal((11, 44), (solution.Statistics.AcceptedSteps, solution.Statistics.Evaluations)); // 3 + 1 + 7 steps
            using var again = SdeSolver.Solve(problem); // in memory of the pool
            Assert.Equal(solution.Final.AsSpan<double>().ToArray(), again.Final.AsSpan<double>().ToArray());
            using var byLength = SdeSolver.Solve(problem with { Steps = null, StepLength = 0.1 });
            Assert.Equal(solution.Final.AsSpan<double>().ToArray(), byLength.Final.AsSpan<double>().ToArray());
            Assert.NotEqual(solution.States[0].AsSpan<double>(0)[0], solution.Final.AsSpan<double>(0)[0]);
        }
    }

    [Fact]
    public void Solve_OfSomeRows_GivesTheirBitsInTheWholeBatch()
    {
        double[] all = Solve(Problem(Growth(2), Milstein.Method, _path, 16)), some = Solve(Problem(Growth(2), Milstein.Method, new BrownianPath(21, 0, 1, 3, 2) { FirstRow = 40 }, 16));
        Assert.Equal(all[80..86], some);
    }

    [Fact]
    public void Solve_WithAllSegmentRoles_GivesNoiseToEvolvingOnesAlone()
    {
        var field = new RolesDiffusionField();
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float64);
        start["rate"].Fill(0.5);
        using var pool = new WorkspacePool();
        foreach (var stepper in SdeCatalog.All)
        {
            var path = new BrownianPath(4, 0, 1, 2, 3);
            using var solution = SdeSolver.Solve(new() { Field = field, Calculus = stepper.Calculus, Stepper = stepper, Start = start, Times = [0, 1], Steps = 8, Path = path, Pool = pool });
            double[] w = Values(path, 1);
            var (a, b) = (solution.Final.AsSpan<double>(0).ToArray(), solution.Final.AsSpan<double>(3).ToArray());
            for (int row = 0; row < 2; row++)
            {
                // dy = rate dt + dW exactly, in every method; the first two columns of the path belong to a, the third to b.
                Assert.Equal(0.5 + w[3 * row], a[2 * row], 1e-12);
                Assert.Equal(0.5 + w[(3 * row) + 1], a[(2 * row) + 1], 1e-12);
                Assert.Equal(0.5 + w[(3 * row) + 2], b[row], 1e-12);
            }

            Assert.Equal([0.5, 0.5], solution.Final.AsSpan<double>(1).ToArray());
            Assert.Equal([1.0, 1.0], solution.Final.AsSpan<double>(2).ToArray(), (x, y) => Math.Abs(x - y) < 1e-12);
        }
    }

    [Fact]
    public void Solve_WhoseStateOverflows_EndsWithTheTime()
    {
        var field = new EntryField(1, (t, y) => t > 0.5 ? double.NaN : y, (_, y) => y);
        var end = Assert.Throws<OdeSolveException>(() => Solve(Problem(field, EulerMaruyama.Method, new BrownianPath(1, 0, 1, 1, 1), 8)));
        Assert.Equal((0.625, 0.125, 12), (end.Time, end.Step, end.Evaluations));
        Assert.Contains("euler-maruyama", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_BeyondTheLimitOfSteps_ThrowsOrReturnsWhatItHas()
    {
        var problem = Problem(Growth(2), EulerMaruyama.Method, _path, 10) with { Limits = new() { MaxSteps = 4 } };
        var failure = Assert.Throws<OdeSolveException>(() => SdeSolver.Solve(problem));
        Assert.Equal(0.4, failure.Time);
        Assert.Contains("take fewer steps", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tolerance", failure.Message, StringComparison.Ordinal);
        using var partial = SdeSolver.Solve(problem with { Limits = new() { MaxSteps = 4, OnLimit = LimitAction.ReturnPartial } });
        Assert.False(partial.IsComplete);
        Assert.Equal([0.4], partial.Times);
    }

    [Fact]
    public void Solve_OfContradictions_NamesThem()
    {
        var problem = Problem(Growth(2), EulerMaruyama.Method, _path, 10);
        Refused(problem with { Calculus = SdeCalculus.Stratonovich }, "'euler-maruyama'", "Use stratonovich-heun");
        Refused(problem with { Field = Problems.NonAutonomous }, "FunctionField has no diffusion");
        Refused(problem with { Steps = null }, "neither was given");
        Refused(problem with { StepLength = 0.1 }, "both were given");
        Refused(problem with { Times = [0, 1.5] }, "from 0 to 1.5", "from 0 to 1. Make");
        Refused(problem with { Times = [-0.1, 1] }, "from -0.1 to 1");
        Refused(problem with { Path = new(1, 0, 1, 100, 3) }, "100 rows of 3 columns", "100 rows of 2");
        Refused(problem with { Path = new(1, 0, 1, 99, 2) }, "99 rows");
        Refused(problem with { Field = Growth(3) }, "[100, 2]", "[100, 3]");
        Refused(problem with { Path = new(1, 0, 1, 100, 2) { Halvings = 3 } }, "shorter than the resolution", "3 halvings");
        Assert.Throws<ArgumentOutOfRangeException>(() => problem with { Steps = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => problem with { Steps = -3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => problem with { Steps = null, StepLength = -0.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => problem with { Steps = null, StepLength = double.NaN });
        Assert.Throws<ArgumentException>(() => problem with { Times = [0, 1, 0.5] });
        Assert.Throws<ArgumentException>(() => problem with { Times = [0, double.NaN] });
    }

    [Fact]
    public void Solve_OfAdditiveNoise_TakesMethodsOfEitherCalculus()
    {
        var field = new EntryField(2, (_, y) => -y, (t, _) => 1 + t) { IsAdditive = true };
        double[] euler = Solve(Problem(field, EulerMaruyama.Method, _path, 512) with { Calculus = SdeCalculus.Stratonovich }), heun = Solve(Problem(field, StratonovichHeun.Method, _path, 512) with { Calculus = SdeCalculus.Ito });
        Assert.True(euler.Zip(heun, (a, b) => Math.Abs(a - b)).Max() < 0.02);
        Assert.Equal(euler, Solve(Problem(field, Milstein.Method, _path, 512)));
    }

    private static void Refused(SdeProblem problem, params string[] parts)
    {
        string message = Assert.Throws<ArgumentException>(() => SdeSolver.Solve(problem)).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
