using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Solvers.Steppers;
using TorchSharp;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>What each schedule keeps, what it costs, and that its gradient is the direct one.</summary>
public sealed class CheckpointScheduleTests : IDisposable
{
    private readonly PendulumField _field = new();

    public void Dispose() => _field.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(40, 1)]
    [InlineData(40, 3)]
    [InlineData(100, 5)]
    [InlineData(100, 10)]
    [InlineData(100, 200)]
    [InlineData(640, 20)]
    public void Binomial_OfAKnownNumberOfSteps_MakesTheFewestStepsWithinItsStates(int steps, int checkpoints)
    {
        foreach (string solver in new[] { "rk4", "dopri5", "asynchronous-leapfrog" })
        {
            var problem = Pendulum(solver, new ConstantStep(steps));
            var (direct, _) = Gradient(problem, new DirectAdjoint());
            var (gradient, run) = Gradient(problem, new BinomialAdjoint { Checkpoints = checkpoints });
            Assert.Equal(direct, gradient);

            // N steps forward, one of them with the tapes that stay; then what is made again, N − 1 of it with tapes.
            long untaped = (steps - 1) + run.Replayed - (steps - 1);
            Assert.Equal(BinomialCheckpoints.UntapedSteps(steps, checkpoints), untaped);
            Assert.InRange(run.MostCheckpoints, 0, checkpoints);
        }
    }

    [Theory]
    [InlineData(1e-4, 1)]
    [InlineData(1e-8, 3)]
    [InlineData(1e-8, 6)]
    [InlineData(1e-10, 10)]
    public void Binomial_OfAnUnknownNumberOfSteps_StaysWithinItsStatesAndNearTheFewestSteps(double tolerance, int checkpoints)
    {
        var problem = Pendulum("bosh3", Pid(tolerance));
        var (direct, _) = Gradient(problem, new DirectAdjoint());
        var (gradient, run) = Gradient(problem, new BinomialAdjoint { Checkpoints = checkpoints });
        Assert.Equal(direct, gradient);
        Assert.InRange(run.MostCheckpoints, 1, checkpoints);

        // Not knowing the number costs at most one repetition of every step (Wang, Moin, Iaccarino 2009, §4).
        Assert.InRange(run.Replayed, BinomialCheckpoints.UntapedSteps(run.Steps, checkpoints), BinomialCheckpoints.UntapedSteps(run.Steps, checkpoints) + run.Steps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Checkpointed_EveryKthStep_MakesEachStepTwiceAndKeepsAKthOfTheStates(int every)
    {
        const int steps = 50;
        var problem = Pendulum("dopri5", new ConstantStep(steps));
        var (direct, all) = Gradient(problem, new DirectAdjoint());
        var (gradient, run) = Gradient(problem, new CheckpointedAdjoint { Every = every });
        Assert.Equal(direct, gradient);
        Assert.Equal(steps - Math.Min(every, steps), run.Replayed);
        Assert.InRange(run.MostCheckpoints, (steps - every) / every, (steps + every - 1) / every);
        Assert.Equal(0, all.Replayed);
    }

    [Fact]
    public void Auto_WithABudgetForFewStates_StaysWithinItWithTheDirectGradient()
    {
        var problem = Pendulum("rk4", new ConstantStep(400), 0.5, 1.7);
        var (direct, _) = Gradient(problem, new DirectAdjoint());
        var generous = new TapeBudget(long.MaxValue);
        Gradient(problem, new AutoAdjoint(), generous);
        foreach (int parts in new[] { 2, 10, 40, 60 })
        {
            var budget = new TapeBudget(generous.Peak / parts);
            var (gradient, run) = Gradient(problem, new AutoAdjoint(), budget);
            Assert.Equal(direct, gradient);
            Assert.InRange(budget.Peak, budget.Bytes / 2, budget.Bytes);
            Assert.InRange(run.Replayed, 1, 8 * 400);
            Assert.Equal(0, budget.Used);
        }
    }

    [Fact]
    public void Auto_WhereStatesTakeTheRoomOfTapes_FreesThem()
    {
        using var field = new DecayField(0.3);
        using var start = new FlatVector(field.StateLayout(1000), torch.ScalarType.Float64);
        using var pool = new WorkspacePool();
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find("rk4")!, Controller = new ConstantStep(400), Start = start, Times = [0, 1], Pool = pool };
        var budget = new TapeBudget(2 << 20); // about 16 steps with tapes, or 200 states
        using var record = new AutoAdjoint().Record(problem, budget);
        Assert.InRange(field.LiveTapes, 4, 3 * 4);
    }

    [Fact]
    public void Auto_WithABudgetBelowOneStep_IsRefusedWithTheLeast()
    {
        var problem = Pendulum("dopri5", new ConstantStep(5));
        string message = Assert.Throws<ArgumentException>(() => new AutoAdjoint().Record(problem, new(500))).Message;
        Assert.Contains("symplectic", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("euler")]
    [InlineData("bosh3")]
    public void Symplectic_OfARungeKuttaMethod_GivesTheDirectGradientWithOneTape(string solver)
    {
        const int steps = 30;
        var problem = Pendulum(solver, new ConstantStep(steps));
        var (direct, all) = Gradient(problem, new DirectAdjoint());
        var (gradient, run) = Gradient(problem, new SymplecticAdjoint());
        Assert.Equal(direct, gradient);
        int stages = ((IDifferentiableStepper)problem.Stepper).TapedStages;
        Assert.Equal(all.Pullbacks, run.Pullbacks);
        Assert.Equal(steps * stages, all.Pullbacks);
        Assert.Equal(steps * ((2 * stages) - 1), run.Evaluations);
    }

    [Theory]
    [InlineData("leapfrog")]
    [InlineData("asynchronous-leapfrog")]
    [InlineData("reversible-heun")]
    [InlineData("coupled-heun2")]
    [InlineData("coupled-rk4")]
    [InlineData("coupled-dopri5")]
    public void Reversible_OfAHundredSteps_GivesTheDirectGradientToRoundOff(string solver)
    {
        const int steps = 100;
        var problem = Pendulum(solver, new ConstantStep(steps), 0.4, 1.1);
        var (direct, _) = Gradient(problem, new DirectAdjoint());
        var budget = new TapeBudget(0);
        var (gradient, run) = Gradient(problem, new ReversibleAdjoint(), budget);
        double distance = Math.Sqrt(direct.Zip(gradient, (a, b) => (a - b) * (a - b)).Sum() / direct.Sum(a => a * a));
        Assert.True(distance < 1e-10, $"relative distance {distance:E2}");
        Assert.InRange(run.Drift, 1e-20, 1e-10);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void Gradient_OfEveryMethodThroughLeapfrog_AgreesWithCentralDifferences()
    {
        foreach (var adjoint in AdjointCatalog.All.Where(adjoint => adjoint is not BacksolveAdjoint && adjoint.Supports(Leapfrog.Method, out _)))
        {
            var problem = Pendulum("leapfrog", new ConstantStep(12));
            var (gradient, _) = Gradient(problem, adjoint);
            for (int i = 0; i < 2; i++)
            {
                double Loss(double shift)
                {
                    _field.Parameters.AsSpan<double>()[i] += shift;
                    using var solution = OdeSolver.Solve(problem);
                    _field.Parameters.AsSpan<double>()[i] -= shift;
                    return solution.States.Sum(state => state.AsSpan<double>(0)[0] + (0.5 * state.AsSpan<double>(1)[0]));
                }

                Assert.Equal((Loss(6e-6) - Loss(-6e-6)) / 1.2e-5, gradient[i], 1e-9);
            }
        }
    }

    [Theory]
    [InlineData("binomial:8", "binomial:8")]
    [InlineData("binomial", "binomial")]
    [InlineData("checkpointed:4", "checkpointed:4")]
    [InlineData("checkpointed:1", "checkpointed")]
    public void Find_OfANumberedMethod_HasTheNumber(string text, string name) => Assert.Equal(name, AdjointCatalog.Find(text)!.Name);

    [Theory]
    [InlineData("binomial:0")]
    [InlineData("checkpointed:-3")]
    public void Find_OfANumberOutOfRange_IsRefused(string text) => Assert.Throws<ArgumentOutOfRangeException>(() => AdjointCatalog.Find(text));

    [Theory]
    [InlineData("direct:3")]
    [InlineData("binomial:x")]
    [InlineData("binomial:")]
    [InlineData("nothing")]
    public void Find_OfNoMethod_IsNull(string text) => Assert.Null(AdjointCatalog.Find(text));

    private OdeProblem Pendulum(string solver, IStepSizeController controller, params double[] between) =>
        ReversibleMethodTests.PendulumProblem(_field, StepperCatalog.Find(solver)!, controller, [0, .. between, 3]);

    /// <summary>The gradient of Σ_k q_k + p_k / 2 by parameters, start and times, and what it took.</summary>
    private (double[] Gradient, Run Run) Gradient(OdeProblem problem, IAdjoint adjoint, TapeBudget? budget = null)
    {
        using var record = adjoint.Record(problem, budget ?? new TapeBudget(long.MaxValue));
        FlatVector[] cotangents = [.. record.States.Select(state =>
        {
            var cotangent = state.CreateLike();
            (cotangent.AsSpan<double>(0)[0], cotangent.AsSpan<double>(1)[0]) = (1, 0.5);
            return cotangent;
        })];
        using var gradient = _field.Parameters.CreateLike();
        using var start = problem.Start.CreateLike();
        var result = record.Pullback(cotangents, start, gradient);
        var memory = (record as DiscreteRecordedSolve)?.Memory;
        return (
            [gradient.AsSpan<double>()[0], gradient.AsSpan<double>()[1], start.AsSpan<double>(0)[0], start.AsSpan<double>(1)[0], .. result.TimeCotangents],
            new(record.Grid.Count - 1, memory?.ReplayedSteps ?? 0, memory?.MostCheckpoints ?? 0, result.Statistics.Evaluations, result.Statistics.Pullbacks, result.Drift));
    }

    private sealed record Run(int Steps, int Replayed, int MostCheckpoints, int Evaluations, int Pullbacks, double Drift);
}
