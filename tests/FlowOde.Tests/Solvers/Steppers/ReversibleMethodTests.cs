using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>The laws of methods that can be undone (MATH A7).</summary>
public class ReversibleMethodTests
{
    public static TheoryData<string> Names => [.. StepperCatalog.All.OfType<IReversibleStepper>().Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void StepBack_OverManySteps_ReturnsTheStartToRoundOff(string name)
    {
        const int steps = 320;
        var stepper = (IReversibleStepper)StepperCatalog.Find(name)!;
        using var field = new PendulumField();
        var layout = field.StateLayout(1);
        using var start = State(layout, new double[layout.Length]);
        (start[0].Fill(0.8), start[1].Fill(-0.4)).ToString();
        using var memory = field.CreateWorkspace(new(1, ScalarType.Float64, CPU));
        var tape = memory.RentTape();
        using var step = stepper.CreateWorkspace(layout, ScalarType.Float64, CPU);
        step.Begin(new FieldSystem(field, tape), 0, start);
        double h = 4.0 / steps;
        for (int n = 0; n < steps; n++)
        {
            step.Try((n + 1) * h);
            step.Accept(n == steps - 1);
        }

        var vectors = step.Carried.ToArray();
        double moved = Math.Abs(vectors[0].AsSpan<double>(0)[0] - 0.8);
        using var reversal = stepper.CreateReversal(layout, ScalarType.Float64, CPU);
        for (int n = steps - 1; n >= 0; n--)
        {
            reversal.StepBack(field, tape, n * h, (n + 1) * h, vectors);
        }

        double error = Math.Max(Math.Abs(vectors[0].AsSpan<double>(0)[0] - 0.8), Math.Abs(vectors[0].AsSpan<double>(1)[0] + 0.4));
        Assert.True(moved > 0.1, $"the state moved by {moved:E2} only");
        Assert.True(error < 1e-12 * steps, $"start missed by {error:E2} after {steps} steps there and back");
        memory.ReturnTape(tape);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_OfASecondOrderSystem_ConvergesAtTheStatedOrder(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        using var field = new PendulumField();
        double[] exact = End(field, StepperCatalog.Find("dopri5")!, 4000);
        double Error(int steps) => End(field, stepper, steps).Zip(exact, (a, b) => Math.Abs(a - b)).Max();
        double slope = Math.Log2(Error(32) / Error(128)) / 2;
        Assert.InRange(slope, stepper.Order - 0.2, stepper.Order + 0.7);
    }

    [Theory]
    [InlineData("asynchronous-leapfrog")]
    [InlineData("reversible-heun")]
    [InlineData("coupled-dopri5")]
    public void Solve_WithAnAdaptiveReversibleMethod_IsAsExactAsItsTolerance(string name)
    {
        using var field = new PendulumField();
        double[] exact = End(field, StepperCatalog.Find("dopri5")!, 4000);
        double Error(double tolerance) => Ends(OdeSolver.Solve(PendulumProblem(field, StepperCatalog.Find(name)!, Pid(tolerance)))).Zip(exact, (a, b) => Math.Abs(a - b)).Max();
        double coarse = Error(1e-4), fine = Error(1e-7);
        Assert.InRange(coarse, 1e-8, 3e-2);
        Assert.InRange(Math.Log10(coarse / fine) / 3, 0.5, 1.5);
    }

    [Fact]
    public void Leapfrog_OfAFreePendulum_KeepsItsEnergyWithinABandOfOrderTwo()
    {
        using var field = new PendulumField(drive: 0);
        double Worst(int stepsPerUnit)
        {
            double worst = 0;
            double Energy(double q, double p) => (p * p / 2) - (1.3 * Math.Cos(q));
            double start = Energy(0.8, -0.4);
            using var solution = OdeSolver.Solve(PendulumProblem(field, Leapfrog.Method, new ConstantStep(200 * stepsPerUnit), [.. Enumerable.Range(0, 201).Select(i => (double)i)]));
            foreach (var state in solution.States)
            {
                worst = Math.Max(worst, Math.Abs(Energy(state.AsSpan<double>(0)[0], state.AsSpan<double>(1)[0]) - start));
            }

            return worst;
        }

        double coarse = Worst(10), fine = Worst(40);
        Assert.InRange(coarse, 1e-6, 5e-3);
        Assert.InRange(Math.Log2(coarse / fine) / 2, 1.8, 2.2);
    }

    [Fact]
    public void Leapfrog_WithItsVelocityFlipped_RetracesItsPath()
    {
        using var field = new PendulumField(drive: 0);
        var there = PendulumProblem(field, Leapfrog.Method, new ConstantStep(500));
        using var solution = OdeSolver.Solve(there);
        using var flipped = solution.Final.Clone();
        flipped[1].neg_();
        double[] back = Ends(OdeSolver.Solve(there with { Start = flipped }));
        Assert.Equal(0.8, back[0], 1e-12);
        Assert.Equal(0.4, back[1], 1e-12);
    }

    [Fact]
    public void Leapfrog_OfAStateWithoutVelocities_IsRefused()
    {
        var problem = Problem(NonAutonomous, Leapfrog.Method, new ConstantStep(4), [1, 1], 0, 1);
        string message = Assert.Throws<ArgumentException>(() => OdeSolver.Solve(problem)).Message;
        Assert.Contains("second-order", message, StringComparison.Ordinal);
    }

    /// <summary>At λ = 0.99 a step of hσ = −0.01 is damped and one of −0.1 grows by 1.094 (MATH A7), with Heun's increment as with any of order 2.</summary>
    [Fact]
    public void Coupling_OfALinearDecay_GrowsAsItsMatrixSays()
    {
        var coupled = ReversibleCoupling.Of(Heun2.Tableau, 0.99);
        double Growth(double sigma)
        {
            var decay = Function(1, (_, y, dy) => dy[0] = sigma * y[0]);
            double At(int steps) => Math.Abs(Problems.Solve(Problem(decay, coupled, new ConstantStep(steps), [1], 0, steps))[0]);
            return Math.Pow(At(420) / At(400), 1.0 / 20);
        }

        Assert.InRange(Growth(-0.01), 0.9, 1);
        Assert.Equal(1.094, Growth(-0.1), 2e-3);
    }

    [Fact]
    public void Find_OfACoupledMethod_CouplesAnyRungeKuttaMethod()
    {
        Assert.IsAssignableFrom<IReversibleStepper>(StepperCatalog.Find("coupled-midpoint"));
        Assert.Null(StepperCatalog.Find("coupled-leapfrog"));
        Assert.Null(StepperCatalog.Find("coupled-"));
    }

    internal static OdeProblem PendulumProblem(PendulumField field, IStepper stepper, IStepSizeController controller, double[]? times = null)
    {
        var start = new FlatVector(field.StateLayout(1), ScalarType.Float64);
        (start.AsSpan<double>(0)[0], start.AsSpan<double>(1)[0]) = (0.8, -0.4);
        return new() { Field = field, Stepper = stepper, Controller = controller, Start = start, Times = times ?? [0, 3], Pool = new() };
    }

    private static double[] End(PendulumField field, IStepper stepper, int steps) => Ends(OdeSolver.Solve(PendulumProblem(field, stepper, new ConstantStep(steps))));

    private static double[] Ends(OdeSolution solution)
    {
        using (solution)
        {
            return [solution.Final.AsSpan<double>(0)[0], solution.Final.AsSpan<double>(1)[0]];
        }
    }
}
