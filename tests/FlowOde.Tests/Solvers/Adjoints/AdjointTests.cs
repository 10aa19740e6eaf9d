using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>Every gradient method on a nonlinear time-dependent field with all three roles and losses at three times, against differences.</summary>
public class AdjointTests
{
    private const int Rows = 4;
    private static readonly double[] _times = [0.2, 0.7, 1.1, 1.9];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var adjoint in AdjointCatalog.All)
            {
                foreach (string stepper in SolverNames.Where(name => adjoint.Supports(StepperCatalog.Find(name)!, out _)))
                {
                    pairs.Add(adjoint.Name, stepper);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Pullback_OnAllRoles_AgreesWithCentralDifferences(string adjointName, string stepperName)
    {
        bool isContinuous = AdjointCatalog.Find(adjointName) is ContinuousAdjoint;
        var stepper = StepperCatalog.Find(stepperName)!;

        // A continuous gradient has the error of the discretisation; the discrete ones are exact for any steps.
        int steps = !isContinuous ? 9 : stepper.Order switch { 1 => 4000, 2 => 800, 3 => 200, _ => 60 };
        double tolerance = !isContinuous ? 1e-8 : stepper.Order == 1 ? 5e-3 : 5e-6;
        using var field = new RolesField(3);
        var problem = RolesProblem(field, stepper, new ConstantStep(steps));
        var (gradient, start, byTime) = Gradient(problem, AdjointCatalog.Find(adjointName)!);
        AssertClose(Differences(problem, field.Parameters), gradient, tolerance, "parameters");
        AssertClose(Differences(problem, problem.Start), start, tolerance, "start");
        AssertClose(TimeDifferences(problem), byTime, tolerance * 10, "times");
    }

    [Fact]
    public void Pullback_OfABrokenField_DisagreesWithCentralDifferences()
    {
        using var field = new RolesField(3) { PullbackFactor = 1.001 };
        var problem = RolesProblem(field, StepperCatalog.Find("rk4")!, new ConstantStep(9));
        var (gradient, _, _) = Gradient(problem, new DirectAdjoint());
        Assert.True(Distance(Differences(problem, field.Parameters), gradient) > 1e-5);
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("rk4")]
    [InlineData("heun2")]
    [InlineData("kvaerno3")]
    [InlineData("radau5")]
    [InlineData("sdirk2")]
    public void Pullback_WithinAnyBudget_EqualsDirectBitForBit(string stepperName)
    {
        using var field = new RolesField(5);
        var stepper = (IDifferentiableStepper)StepperCatalog.Find(stepperName)!;
        IStepSizeController controller = stepper.EmbeddedOrder > 0 ? Pid(stepper.Order > 2 ? 1e-7 : 1e-5) : new ConstantStep(20); // some dozens of steps, or hundreds
        var problem = RolesProblem(field, stepper, controller);
        var (direct, start, times) = Gradient(problem, new DirectAdjoint());
        using var tape = field.CreateWorkspace(new(Rows, ScalarType.Float64, CPU)).RentTape();
        long step = (stepper.TapedStages * (tape.Bytes + problem.Start.Layout.Length * 8));
        long least = Assert.Throws<ArgumentException>(() => Gradient(problem, new AutoAdjoint(), new(0))).Message.Split(' ').Select(word => word.Replace(",", string.Empty, StringComparison.Ordinal)).Where(word => long.TryParse(word, out _)).Max(long.Parse);
        foreach (long budget in new[] { least, least + (step / 2), least + step, least + (3 * step), 30 * step, long.MaxValue })
        {
            var limit = new TapeBudget(budget);
            var (gradient, intoStart, byTime) = Gradient(problem, new AutoAdjoint(), limit);
            Assert.Equal(direct, gradient);
            Assert.Equal(start, intoStart);
            Assert.Equal(times, byTime);
            Assert.Equal(0, limit.Used);
        }

        Assert.Equal(direct, Gradient(problem, new CheckpointedAdjoint()).Parameters);
    }

    [Fact]
    public void Pullback_WithABudget_KeepsTapesOnlyWithinIt()
    {
        using var field = new RolesField(5);
        var problem = RolesProblem(field, StepperCatalog.Find("rk4")!, new ConstantStep(200));
        var generous = new TapeBudget(long.MaxValue);
        Gradient(problem, new AutoAdjoint(), generous);
        var tight = new TapeBudget(generous.Peak / 3);
        Gradient(problem, new AutoAdjoint(), tight);
        Assert.InRange(tight.Peak, generous.Peak / 5, tight.Bytes);
    }

    [Fact]
    public void Pullback_OfTwoLiveRecordsOfOneField_DoesNotMixThem()
    {
        using var field = new RolesField(7);
        foreach (var adjoint in AdjointCatalog.All)
        {
            var one = RolesProblem(field, SolverFor(adjoint), Pid(1e-6));
            var two = one with { Start = one.Start.Clone(), Times = [0, 0.5, 0.6, 1.3] };
            two.Start[0].Scale(-0.5);
            var (alone, _, _) = Gradient(one, adjoint);
            using var first = adjoint.Record(one, new(long.MaxValue));
            using var second = adjoint.Record(two, new(long.MaxValue));
            var (late, _, _) = Pull(two, second);
            var (together, _, _) = Pull(one, first);
            Assert.Equal(alone, together);
            Assert.NotEqual(alone, late);
            Assert.Throws<InvalidOperationException>(() => Pull(one, first));
        }
    }

    [Fact]
    public void Backsolve_WithTheSeminorm_GivesTheFullNormsGradientWithNoMoreEvaluations()
    {
        using var field = new RolesField(11);
        var problem = RolesProblem(field, StepperCatalog.Find("dopri5")!, Pid(1e-6));
        using var semi = new BacksolveAdjoint().Record(problem, new(0));
        using var full = new BacksolveAdjoint { Norm = BackwardNorm.Full }.Record(problem, new(0));
        var (a, _, semiCost) = Pull(problem, semi);
        var (b, _, fullCost) = Pull(problem, full);
        AssertClose(b, a, 1e-4, "parameters");
        Assert.InRange(semiCost.Statistics.Evaluations, 1, fullCost.Statistics.Evaluations);
    }

    [Fact]
    public void Backsolve_WithSmallerTolerances_ApproachesTheExactGradient()
    {
        using var field = new RolesField(13);
        double Error(double tolerance)
        {
            var problem = RolesProblem(field, StepperCatalog.Find("dopri5")!, Pid(tolerance));
            return Distance(Gradient(problem, new DirectAdjoint()).Parameters, Gradient(problem, new BacksolveAdjoint()).Parameters);
        }

        Assert.InRange(Math.Log10(Error(1e-4) / Error(1e-8)) / 4, 0.7, 1.5);
    }

    [Fact]
    public void Dispose_Twice_DoesNotLendOneWorkspaceToTwoSolves()
    {
        using var field = new RolesField(19);
        foreach (var adjoint in AdjointCatalog.All)
        {
            var problem = RolesProblem(field, SolverFor(adjoint), Pid(1e-6));
            var (alone, _, _) = Gradient(problem, adjoint);
            var spent = adjoint.Record(problem, new(long.MaxValue));
            spent.Dispose();
            spent.Dispose();
            var other = problem with { Start = problem.Start.Clone() };
            other.Start[0].Scale(-0.5);
            using var first = adjoint.Record(problem, new(long.MaxValue));
            using var second = adjoint.Record(other, new(long.MaxValue));
            Assert.Equal(alone, Pull(problem, first).Parameters);
        }
    }

    private static OdeProblem RolesProblem(RolesField field, IStepper stepper, IStepSizeController controller)
    {
        var random = new Random(17);
        var start = new FlatVector(field.StateLayout(Rows), ScalarType.Float64);
        for (int segment = 0; segment < 3; segment++)
        {
            foreach (ref double value in start.AsSpan<double>(segment))
            {
                value = (2 * random.NextDouble()) - 1;
            }
        }

        return new() { Field = field, Stepper = stepper, Controller = controller, Start = start, Times = _times, Pool = new() };
    }

    /// <summary>L = Σ_k (k + 1) Σ sin(entries of state k + entry number): its cotangents are known.</summary>
    private static double Loss(FlatVector state, int k, FlatVector? intoCotangent)
    {
        double loss = 0;
        for (int segment = 0; segment < 3; segment++)
        {
            var values = state.AsSpan<double>(segment);
            for (int i = 0; i < values.Length; i++)
            {
                loss += (k + 1) * Math.Sin(values[i] + i + segment);
                if (intoCotangent is not null)
                {
                    intoCotangent.AsSpan<double>(segment)[i] = (k + 1) * Math.Cos(values[i] + i + segment);
                }
            }
        }

        return loss;
    }

    private static double Loss(OdeProblem problem)
    {
        using var solution = OdeSolver.Solve(problem);
        return solution.States.Select((state, k) => Loss(state, k, null)).Sum();
    }

    private static (double[] Parameters, double[] Start, double[] Times) Gradient(OdeProblem problem, IAdjoint adjoint, TapeBudget? budget = null)
    {
        using var record = adjoint.Record(problem, budget ?? new TapeBudget(long.MaxValue));
        var (gradient, start, result) = Pull(problem, record);
        return (gradient, start, [.. result.TimeCotangents]);
    }

    private static (double[] Parameters, double[] Start, SolveGradient Result) Pull(OdeProblem problem, RecordedSolve record)
    {
        var cotangents = record.States.Select((state, k) =>
        {
            var cotangent = state.CreateLike();
            Loss(state, k, cotangent);
            return cotangent;
        }).ToArray();
        using var gradient = ((FlowOde.Solvers.Fields.IDifferentiableField)problem.Field).Parameters.CreateLike();
        using var start = problem.Start.CreateLike();
        var result = record.Pullback(cotangents, start, gradient);
        return (gradient.AsSpan<double>().ToArray(), start.AsSpan<double>().ToArray(), result);
    }

    private static double[] Differences(OdeProblem problem, FlatVector inputs)
    {
        const double h = 6e-6;
        var result = new double[inputs.Layout.Length];
        foreach (var segment in inputs.Layout.Segments)
        {
            for (int i = (int)segment.Offset; i < segment.Offset + segment.Length; i++)
            {
                double value = inputs.AsSpan<double>()[i];
                inputs.AsSpan<double>()[i] = value + h;
                double above = Loss(problem);
                inputs.AsSpan<double>()[i] = value - h;
                result[i] = (above - Loss(problem)) / (2 * h);
                inputs.AsSpan<double>()[i] = value;
            }
        }

        return result;
    }

    private static double[] TimeDifferences(OdeProblem problem) => [.. Enumerable.Range(0, problem.Times.Length).Select(i =>
    {
        const double h = 6e-6;
        double At(double shift) => Loss(problem with { Times = [.. problem.Times.Select((t, k) => k == i ? t + shift : t)] });
        return (At(h) - At(-h)) / (2 * h);
    })];

    private static double Distance(double[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(a => a * a));

    private static void AssertClose(double[] expected, double[] actual, double tolerance, string what)
    {
        double distance = Distance(expected, actual);
        Assert.True(distance < tolerance, $"{what}: relative distance {distance:E2}, allowed {tolerance:E1}");
    }
}
