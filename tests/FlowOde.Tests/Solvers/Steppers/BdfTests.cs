using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using Xunit.Abstractions;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>Numerical differentiation formulas of variable order.</summary>
public class BdfTests(ITestOutputHelper log)
{
    private static readonly IStepper _bdf = StepperCatalog.Find("bdf")!;

    /// <summary>Stiff equations of the literature: right, by no more evaluations than a few times those of radau5.</summary>
    [Theory]
    [InlineData("van der Pol, μ = 1000", 1e-6, 1e-3)]
    [InlineData("Robertson", 1e-6, 1e-3)]
    [InlineData("HIRES", 1e-6, 1e-2)]
    public void Solve_OfAStiffEquation_IsRight(string name, double tolerance, double most)
    {
        var stiff = StiffProblem.Find(name);
        using var solution = OdeSolver.Solve(Problem(stiff.Field, _bdf, new PidController { Tolerances = new(tolerance, tolerance * 1e-4) }, stiff.Start, 0, stiff.End));
        double error = solution.Final.AsSpan<double>(0).ToArray().Zip(stiff.Solution, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max();
        log.WriteLine($"{name}: error {error:E1}, {solution.Statistics.Evaluations} evaluations, {solution.Statistics.AcceptedSteps} + {solution.Statistics.RejectedSteps} steps");
        Assert.InRange(error, 0, most);
        Assert.InRange(solution.Statistics.Evaluations, 0, 8000);
    }

    /// <summary>Robertson's reactions to t = 1e11, where almost everything has become the third substance: y₁ → 2.0833e-8 (Mazzia, Magherini 2008).</summary>
    [Fact]
    public void Solve_OfRobertsonsReactions_GoesToTheEndOfTime()
    {
        var stiff = StiffProblem.Robertson;
        using var solution = OdeSolver.Solve(Problem(stiff.Field, _bdf, new PidController { Tolerances = new(1e-7, 1e-14) }, stiff.Start, 0, 1e11));
        double[] end = solution.Final.AsSpan<double>(0).ToArray();
        log.WriteLine($"{string.Join(", ", end.Select(value => value.ToString("E6")))}; {solution.Statistics.Evaluations} evaluations");
        Assert.Equal(0.2083340149701255e-7, end[0], 1e-11);
        Assert.Equal(0.8333360770334713e-13, end[1], 1e-16);
        Assert.Equal(1, end.Sum(), 1e-9);
    }

    /// <summary>ẏ = λ(y − cos t) − sin t with λ = −1e6 by steps that accuracy alone asks for.</summary>
    [Fact]
    public void Solve_OfProtheroAndRobinsonsEquation_NeedsFewSteps()
    {
        var field = Function(1, (t, y, dy) => dy[0] = (-1e6 * (y[0] - Math.Cos(t))) - Math.Sin(t));
        using var solution = OdeSolver.Solve(Problem(field, _bdf, Pid(1e-6), [1], 0, 10));
        Assert.Equal(Math.Cos(10), solution.Final.AsSpan<double>()[0], 1e-5);
        Assert.InRange(solution.Statistics.AcceptedSteps, 10, 300);
    }

    /// <summary>On a smooth equation the order rises to 5, and errors follow tolerances.</summary>
    [Fact]
    public void Solve_OfASmoothEquation_RaisesItsOrder()
    {
        using var start = State(NonAutonomous.StateLayout(1), 1, 0.5);
        using var workspace = (BdfWorkspace)_bdf.CreateWorkspace(start.Layout, start.DType, start.Device);
        var problem = Problem(NonAutonomous, _bdf, Pid(1e-10), [1, 0.5], 0, 3);
        using var tape = NonAutonomous.CreateWorkspace(FlowOde.Solvers.Fields.WorkspaceSpec.For(start)).RentTape();
        workspace.Begin(new FieldSystem(NonAutonomous, tape), 0, start);
        var loop = new FlowOde.Solvers.Integration.StepLoop(workspace, problem.NewPlan());
        var orders = new List<int>();
        while (loop.Advance())
        {
            orders.Add(workspace.CurrentOrder);
        }

        Assert.Equal(1, orders[0]);
        Assert.Equal(5, orders.Max());
        Assert.True(orders.Count(order => order >= 4) > orders.Count / 2, string.Join(" ", orders));
        double[] exact = Problems.Solve(Problem(NonAutonomous, StepperCatalog.Find("dopri8")!, Pid(1e-13), [1, 0.5], 0, 3));
        double before = 1;
        foreach (double tolerance in (double[])[1e-4, 1e-6, 1e-8, 1e-10])
        {
            double[] end = Problems.Solve(Problem(NonAutonomous, _bdf, Pid(tolerance), [1, 0.5], 0, 3));
            double error = exact.Zip(end, (a, b) => Math.Abs(a - b)).Max();
            log.WriteLine($"error {error:E1} at {tolerance:E0}");
            Assert.True(error < before && error < 300 * tolerance, $"{error:E1} at {tolerance:E0}");
            before = error;
        }
    }

    /// <summary>Differences are those of equal steps: whatever the control proposes after each, most steps are as long as the one before.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.97)]
    public void Solve_WithAnyControl_StaysWithALength(double safety)
    {
        var lengths = new List<double>();
        var controller = Pid(1e-7) with { Safety = safety, Coefficients = PidCoefficients.Pi42, MayShrinkAfterAcceptance = true };
        using var solution = OdeSolver.Solve(Problem(NonAutonomous, _bdf, controller, [1, 0.5], 0, 3) with { Observer = new() { Accepted = step => lengths.Add(step.NextTime - step.Time) } });
        int equal = lengths.Zip(lengths.Skip(1), (a, b) => Math.Abs(b - a) < 1e-9 ? 1 : 0).Sum();
        Assert.True(equal > 0.6 * lengths.Count, $"{equal} of {lengths.Count} steps are as long as the one before");
    }

    /// <summary>Backward in time, with save times that cut steps short, and the dense output between them.</summary>
    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    public void Solve_WithSaveTimes_MeetsThem(double from, double to)
    {
        var field = Function(1, (t, y, dy) => dy[0] = (2 * (Math.Sin(t) - y[0])) + Math.Cos(t));
        double sign = Math.Sign(to - from);
        double[] times = [from, from + (0.0001 * sign), from + (1.1 * sign), from + (1.10001 * sign), from + (2 * sign), to];
        using var solution = OdeSolver.Solve(Problem(field, _bdf, Pid(1e-8), [Math.Sin(from)], times));
        Assert.All(solution.States.Zip(solution.Times), pair => Assert.Equal(Math.Sin(pair.Second), pair.First.AsSpan<double>()[0], 1e-4));
        using var dense = OdeSolver.SolveDense(Problem(field, _bdf, Pid(1e-8), [Math.Sin(from)], from, to));
        using var state = State(field.StateLayout(1), 0);
        for (int i = 0; i <= 50; i++)
        {
            double time = from + ((to - from) * i / 50.0);
            dense.Evaluate(time, state);
            Assert.Equal(Math.Sin(time), state.AsSpan<double>()[0], 1e-4);
        }
    }

    /// <summary>In the middle of steps: behind the start the polynomial has the order of the method, in the start that of Radau's collocation.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void SolveDense_AtAFixedOrder_HasTheOrderBetweenSteps(int order)
    {
        var bdf = BdfMethod.OfOrder(order);
        double[] Errors(int steps)
        {
            double[] middles = [.. Enumerable.Range(0, steps).Select(n => 2 * (n + 0.5) / steps)];
            using var exact = OdeSolver.Solve(Problem(NonAutonomous, StepperCatalog.Find("dopri8")!, new ConstantStep(400), [0.8, -0.4], [0, .. middles]));
            using var dense = OdeSolver.SolveDense(Problem(NonAutonomous, bdf, new ConstantStep(steps), [0.8, -0.4], 0, 2));
            using var state = State(NonAutonomous.StateLayout(1), 0, 0);
            return [.. middles.Select((time, n) =>
            {
                dense.Evaluate(time, state);
                return exact.States[n].AsSpan<double>().ToArray().Zip(state.AsSpan<double>().ToArray(), (a, b) => Math.Abs(a - b)).Max();
            })];
        }

        double[] coarse = Errors(80), fine = Errors(320);
        double behind = Math.Log2(coarse[order..].Max() / fine[order..].Max()) / 2, anywhere = Math.Log2(coarse.Max() / fine.Max()) / 2;
        log.WriteLine($"order {order}: slope {behind:F2} behind the start, {anywhere:F2} anywhere");
        Assert.InRange(behind, order - 0.2, order + 0.5);
        Assert.InRange(anywhere, Math.Min(order, bdf.DenseOrder + 1) - 0.2, order + 1);
    }

    /// <summary>ẏ = y with h = (1 − κ)γ_1: I − hJ/((1 − κ)γ_1) is 0, of one entry a matrix, of 70 an operator. A constant step ends there; one that adapts becomes shorter.</summary>
    [Theory]
    [InlineData("bdf", 1)]
    [InlineData("bdf", 70)]
    [InlineData("bdf:1", 1)]
    [InlineData("bdf:1", 70)]
    public void Solve_WithASingularNewtonMatrix_SaysSoOrShortensTheStep(string name, int entries)
    {
        var stepper = StepperCatalog.Find(name)!;
        double step = BdfCoefficients.Alpha(1);
        var field = Function(entries, (_, y, dy) => y.CopyTo(dy, 0));
        double[] start = [.. Enumerable.Repeat(1.0, entries)];
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(field, stepper, new ConstantStep(2), start, 0, 2 * step)));
        Assert.Matches(entries == 1 ? "singular" : "singular|does not converge", error.Message); // products by differences leave round-off of the 0
        Assert.Equal((0, step), (error.Time, error.Step));
        var controller = Pid(1e-5) with { FirstStep = step };
        double[] end = Problems.Solve(Problem(field, stepper, controller, start, 0, 2 * step));
        Assert.Equal(1, end[0] / Math.Exp(2 * step), name == "bdf" ? 1e-3 : 1e-2);
    }

    [Fact]
    public void Solve_OfALargeState_IsRight()
    {
        using var module = new TimeMlp(7);
        using var field = new FlowOde.Solvers.Fields.ModuleField(module, 2);
        using var start = new FlatVector(field.StateLayout(40), ScalarType.Float64); // 80 entries: by GMRES
        start[0].copy_(linspace(-1, 1, 80, dtype: ScalarType.Float64).view(40, 2));
        var problem = new OdeProblem { Field = field, Stepper = _bdf, Controller = Pid(1e-7), Start = start, Times = [0, 1], Pool = new() };
        using var found = OdeSolver.Solve(problem);
        using var expected = OdeSolver.Solve(problem with { Stepper = StepperCatalog.Find("dopri8")!, Controller = Pid(1e-11) });
        Assert.InRange((found.Final[0] - expected.Final[0]).abs().max().item<double>(), 0, 1e-4);
    }

    [Fact]
    public void Solve_InFloat32_IsRight()
    {
        using var module = new TimeMlp(7);
        using var exactField = new FlowOde.Solvers.Fields.ModuleField(module, 2);
        using var exactStart = new FlatVector(exactField.StateLayout(3), ScalarType.Float64);
        exactStart[0].copy_(linspace(-1, 1, 6, dtype: ScalarType.Float64).view(3, 2));
        using var expected = OdeSolver.Solve(new OdeProblem { Field = exactField, Stepper = StepperCatalog.Find("dopri8")!, Controller = Pid(1e-11), Start = exactStart, Times = [0, 1], Pool = new() });
        using var single = new TimeMlp(7);
        single.to(ScalarType.Float32);
        using var field = new FlowOde.Solvers.Fields.ModuleField(single, 2);
        using var start = new FlatVector(field.StateLayout(3), ScalarType.Float32);
        start.CopyFrom(exactStart);
        using var found = OdeSolver.Solve(new OdeProblem { Field = field, Stepper = _bdf, Controller = Pid(1e-4), Start = start, Times = [0, 1], Pool = new() });
        Assert.InRange((found.Final[0].to(ScalarType.Float64) - expected.Final[0]).abs().max().item<double>(), 0, 2e-3);
    }
}
