using FlowOde.Solvers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Solvers.Rows;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Integration;

public class FailureTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    [Fact]
    public void Solve_ThroughASingularity_EndsWithTheTimeAndWhatToDo()
    {
        var blowUp = Function(1, (_, y, dy) => dy[0] = y[0] * y[0]);
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(blowUp, _dopri5, Pid(1e-6), [1], 0, 2)));
        Assert.Equal(1, error.Time, 1e-3);
        Assert.True(error.Evaluations > 0);
        Assert.Contains("tolerances", error.Message);
    }

    [Fact]
    public void Solve_WithoutEnoughSteps_NamesTheLimit()
    {
        var problem = Problem(NonAutonomous, _dopri5, Pid(1e-12), [1, 1], 0, 100) with { Limits = new() { MaxSteps = 50 } };
        Assert.Contains("50", Assert.Throws<OdeSolveException>(() => Problems.Solve(problem)).Message);
    }

    /// <summary>Where a number of steps is given there are no tolerances to loosen.</summary>
    [Fact]
    public void Solve_OfAGivenNumberOfStepsThatCannotBeMade_SaysToTakeFewer()
    {
        string Message(int steps, double from, double to) => Assert.Throws<OdeSolveException>(() =>
            Problems.Solve(Problem(NonAutonomous, StepperCatalog.Find("rk4")!, new ConstantStep(steps), [1, 1], from, to) with { Limits = new() { MaxSteps = 50 } })).Message;
        string[] messages = [Message(51, 0, 1), Message(10, 1, 1 + 1e-15)];
        Assert.Contains("limit of 50 steps", messages[0], StringComparison.Ordinal);
        Assert.Contains("resolution of time", messages[1], StringComparison.Ordinal);
        Assert.All(messages, message =>
        {
            Assert.Contains("ake fewer steps", message, StringComparison.Ordinal);
            Assert.DoesNotContain("tolerance", message, StringComparison.Ordinal);
            Assert.DoesNotContain("stiff", message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Solve_FromADerivativeThatIsNaN_SaysSoAtOnce()
    {
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(Function(1, (_, _, dy) => dy[0] = double.NaN), _dopri5, Pid(1e-6), [1], 0, 1)));
        Assert.Equal(1, error.Evaluations);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9999)]
    public void Solve_IntoNaN_DoesNotHang(double wall)
    {
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(Function(1, (t, _, dy) => dy[0] = t < wall ? 1 : double.NaN), _dopri5, Pid(1e-6), [1], 0, 1)));
        Assert.InRange(error.Time, 0, wall + 1e-9);
    }

    [Fact]
    public void Solve_WithConstantStepsIntoInfinity_SaysWhere()
    {
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(Function(1, (_, y, dy) => dy[0] = y[0] * y[0]), StepperCatalog.Find("euler")!, new ConstantStep(40), [10], 0, 2)));
        Assert.Contains("finite", error.Message);
    }

    [Fact]
    public void Solve_WithATolerancebelowRoundOff_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Problems.Solve(Problem(NonAutonomous, _dopri5, Pid(1e-16), [1, 1], 0, 1)));
        using var field = new ModuleField(new Affine(), 1);
        using var start = new FlatVector(field.StateLayout(1), ScalarType.Float32);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-9), Start = start, Times = [0, 1], Pool = new() };
        Assert.Contains("Float64", Assert.Throws<ArgumentException>(() => OdeSolver.Solve(problem)).Message);
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.0, double.NaN)]
    [InlineData(0.0, 1.0, 0.5)]
    [InlineData(1.0)]
    public void Times_ThatDoNotRunOneWay_AreRefused(params double[] times) =>
        Assert.Throws<ArgumentException>(() => Problem(NonAutonomous, _dopri5, Pid(1e-6), [1, 1], times));

    [Fact]
    public void Times_ThatEndWhereTheyStart_AreRefusedWithTheReason()
    {
        var error = Assert.Throws<ArgumentException>(() => Problem(NonAutonomous, _dopri5, Pid(1e-6), [1, 1], 0.25, 0.25));
        Assert.Contains("no two are equal; got [0.25, 0.25]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_AfterAFailedSolve_GivesTheSameNumbersAsBefore()
    {
        bool fails = false;
        var field = Function(1, (t, y, dy) => dy[0] = fails && t > 0.5 ? double.NaN : y[0]);
        var problem = Problem(field, _dopri5, Pid(1e-8), [1], 0, 1);
        double[] before = Problems.Solve(problem);
        fails = true;
        Assert.Throws<OdeSolveException>(() => Problems.Solve(problem));
        fails = false;
        Assert.Equal(before, Problems.Solve(problem));
    }

    public static TheoryData<string> Solvers => [.. SolverNames];

    /// <summary>A stop that is asked for within an evaluation ends the solve with that step, of 100,000.</summary>
    [Theory]
    [MemberData(nameof(Solvers))]
    public void Solve_AskedToStop_EndsBeforeTheNextStep(string name)
    {
        const int Asked = 100;
        using var stop = new CancellationTokenSource();
        int evaluations = 0;
        var field = Function(1, (t, y, dy) =>
        {
            dy[0] = Math.Cos(t) * y[0];
            if (++evaluations == Asked)
            {
                stop.Cancel();
            }
        });
        var stepper = StepperCatalog.Find(name)!;
        var problem = Problem(field, stepper, stepper.EmbeddedOrder > 0 ? Pid(1e-6) : new ConstantStep(100_000), [1], 0, 10_000) with { Limits = new() { Stop = stop.Token } };
        Assert.Throws<OperationCanceledException>(() => Problems.Solve(problem));
        Assert.InRange(evaluations, Asked, 3 * Asked); // a step of bdf with constant length begins with a small solve
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("radau5")]
    public void Solve_OfRowsWithStepsOfTheirOwn_StopsToo(string name)
    {
        var problem = Problem(new RowRotation([1]), StepperCatalog.Find(name)!, Pid(1e-6), [1, 0], 0, 1) with { IsPerRow = true, Limits = new() { Stop = new(canceled: true) } };
        Assert.Throws<OperationCanceledException>(() => Problems.Solve(problem));
    }

    private sealed class Affine : nn.Module<Tensor, Tensor, Tensor>
    {
        public Affine()
            : base(nameof(Affine)) => RegisterComponents();

        public override Tensor forward(Tensor time, Tensor state) => state.neg();
    }
}
