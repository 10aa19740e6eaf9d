using FlowOde.Solvers.Fields;
using FlowOde.Solvers.OptimalControl;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.OptimalControl;

public class AscentMaximizerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Maximize_OfTheLinearQuadraticHamiltonian_FindsItsClosedForm(double penalty)
    {
        using var quadratic = LinearQuadraticTests.Quadratic();
        var problem = LinearQuadraticTests.Problem(quadratic, 1, 5);
        var controls = problem.CreateControls();
        using var trajectory = ControlSweep.Run(problem, controls);
        var point = Point(problem, trajectory, 2, penalty);
        using FlatVector exact = controls[2].Clone(), climbed = controls[2].Clone();
        quadratic.Maximize(point, exact);
        new AscentMaximizer(quadratic.Field) { Ascent = new() { Steps = 200, Rate = 0.5 } }.Maximize(point, climbed);
        Assert.Equal(exact.AsSpan<double>(0)[0], climbed.AsSpan<double>(0)[0], 1e-7);
    }

    /// <summary>On a nonlinear field ∇_xH depends on the control, so that both penalties and the second derivatives count.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Value_OfANonlinearField_HasTheGradientThatDifferencesGive(double penalty)
    {
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        var problem = Xor(field, 2, 4);
        var controls = problem.CreateControls();
        using var trajectory = ControlSweep.Run(problem, controls);
        var maximizer = new AscentMaximizer(field);
        var point = Point(problem, trajectory, 1, penalty);
        using FlatVector control = controls[1].Clone(), gradient = controls[1].CreateLike(), scratch = controls[1].CreateLike();
        control.AsSpan<double>(0)[0] += 0.3; // away from where the penalties vanish
        maximizer.Value(point, control, gradient);
        foreach (int i in new[] { 0, 7, 16, 40 })
        {
            double at = control.AsSpan<double>()[i];
            double Value(double shift)
            {
                control.AsSpan<double>()[i] = at + shift;
                double value = maximizer.Value(point, control, scratch);
                control.AsSpan<double>()[i] = at;
                return value;
            }

            Assert.Equal((Value(1e-5) - Value(-1e-5)) / 2e-5, gradient.AsSpan<double>()[i], 1e-8);
        }
    }

    /// <summary>A small classifier of two classes in opposite quadrants, trained without a gradient step: every layer climbs its own Hamiltonian.</summary>
    [Fact]
    public void Improve_OfASmallClassifier_LearnsIt()
    {
        using var module = new TimeMlp(5);
        using var field = new ModuleField(module, 2);
        var problem = Xor(field, 3, 4);
        var controls = problem.CreateControls();
        var method = new SuccessiveApproximations { Maximizer = new AscentMaximizer(field) { Ascent = new() { Steps = 4, Rate = 2 } }, Penalty = 0.02 };
        double[] costs = [.. Enumerable.Range(0, 20).Select(_ => method.Improve(problem, controls))];
        using var trajectory = ControlSweep.Run(problem, controls);
        double[] ends = trajectory.States[^1].AsSpan<double>(0).ToArray(), starts = problem.Start.AsSpan<double>(0).ToArray();
        int right = Enumerable.Range(0, ends.Length / 2).Count(row => Math.Sign(ends[2 * row]) == Math.Sign(starts[2 * row] * starts[(2 * row) + 1]));
        Assert.True(right == ends.Length / 2, $"{right} of {ends.Length / 2} right; the loss went from {costs[0]:F3} over {costs[10]:F3} to {trajectory.Cost:F3}");
        Assert.True(trajectory.Cost < costs[0] / 3);
    }

    private static HamiltonianPoint Point(ControlProblem problem, ControlTrajectory trajectory, int n, double penalty) => new()
    {
        Time = problem.Grid[n],
        Step = problem.Grid[n + 1] - problem.Grid[n],
        State = trajectory.States[n],
        NextState = trajectory.States[n + 1],
        Costate = trajectory.Costates[n],
        NextCostate = trajectory.Costates[n + 1],
        Penalty = penalty,
    };

    private static ControlProblem Xor(ModuleField field, double horizon, int layers)
    {
        var random = new Random(11);
        var start = new FlatVector(field.StateLayout(40), ScalarType.Float64);
        foreach (ref double value in start.AsSpan<double>(0))
        {
            value = (random.Next(2) == 0 ? -1 : 1) * (0.2 + (0.8 * random.NextDouble()));
        }

        double[] labels = [.. Enumerable.Range(0, 40).Select(row => (double)Math.Sign(start.AsSpan<double>(0)[2 * row] * start.AsSpan<double>(0)[(2 * row) + 1]))];
        return new() { Field = field, Start = start, Grid = [.. Enumerable.Range(0, layers + 1).Select(n => horizon * n / layers)], Terminal = new Logistic(labels) };
    }

    /// <summary>The mean of log(1 + exp(−label · first column)).</summary>
    private sealed class Logistic(double[] labels) : ITerminalCost
    {
        public double Evaluate(FlatVector state, FlatVector intoCotangent)
        {
            double cost = 0;
            intoCotangent.Clear();
            for (int row = 0; row < labels.Length; row++)
            {
                double margin = labels[row] * state.AsSpan<double>(0)[2 * row];
                cost += Math.Log(1 + Math.Exp(-margin)) / labels.Length;
                intoCotangent.AsSpan<double>(0)[2 * row] = -labels[row] / (1 + Math.Exp(margin)) / labels.Length;
            }

            return cost;
        }
    }
}
