using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.OptimalControl;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.OptimalControl;

/// <summary>The control view (MATH G4) on the one problem whose solution is known.</summary>
public class LinearQuadraticTests
{
    private static readonly double[] _x = [1, -0.6];

    [Fact]
    public void Run_GivesTheGradientsAndCostatesThatDifferencesGive()
    {
        using var quadratic = Quadratic();
        var problem = Problem(quadratic, 1, 7);
        var controls = Controls(problem);
        using var trajectory = ControlSweep.Run(problem, controls);
        for (int n = 0; n < problem.Layers; n++)
        {
            Assert.Equal(Difference(controls[n].AsSpan<double>(0).ToArray(), 0, value => Cost(problem, [.. controls.Select((u, k) => k == n ? With(u, value) : u)])), trajectory.Gradients[n].AsSpan<double>(0)[0], 1e-8);
        }

        for (int i = 0; i < 2; i++)
        {
            // p_0 = −∂J/∂x_0.
            Assert.Equal(-Difference(_x, i, x => Cost(problem with { Start = With(problem.Start, x) }, controls)), trajectory.Costates[0].AsSpan<double>(0)[i], 1e-8);
        }
    }

    /// <summary>One gradient step on H is one of back-propagation: ∂J/∂θ_n = −h ∂H/∂θ_n, with ∂H/∂θ from a pullback of the costate.</summary>
    [Fact]
    public void Gradients_AreMinusHTimesThoseOfTheHamiltonian()
    {
        using var quadratic = Quadratic();
        var problem = Problem(quadratic, 1, 7);
        var controls = Controls(problem);
        using var trajectory = ControlSweep.Run(problem, controls);
        using var memory = quadratic.Field.CreateWorkspace(new(1, ScalarType.Float64, CPU));
        var tape = memory.RentTape();
        using FlatVector scratch = problem.Start.CreateLike(), byControl = quadratic.Field.Parameters.CreateLike();
        for (int n = 0; n < problem.Layers; n++)
        {
            quadratic.Field.Parameters.CopyFrom(controls[n]);
            quadratic.Field.Evaluate(problem.Grid[n], trajectory.States[n], tape, scratch);
            byControl.Clear();
            quadratic.Field.Pullback(tape, trajectory.Costates[n + 1], 1, scratch, byControl);
            Assert.Equal(trajectory.Gradients[n].AsSpan<double>(0)[0], -byControl.AsSpan<double>(0)[0] / problem.Layers, 1e-14);
        }

        memory.ReturnTape(tape);
    }

    /// <summary>The costate is minus the adjoint of every gradient method of this project: here of one control for all layers, with Euler's method.</summary>
    [Theory]
    [InlineData("direct")]
    [InlineData("symplectic")]
    [InlineData("binomial:2")]
    public void Costates_AreMinusTheAdjointOfASolve(string adjoint)
    {
        using var quadratic = Quadratic();
        var problem = Problem(quadratic, 1, 8);
        quadratic.Field.Parameters.AsSpan<double>(0)[0] = 0.7;
        var controls = problem.CreateControls();
        using var trajectory = ControlSweep.Run(problem, controls);
        var solve = new OdeProblem { Field = quadratic.Field, Stepper = StepperCatalog.Find("euler")!, Controller = new ConstantStep(8), Start = problem.Start, Times = [0, 1], Pool = new() };
        using var record = AdjointCatalog.Find(adjoint)!.Record(solve, new(long.MaxValue));
        using FlatVector cotangent = record.Final.CreateLike(), start = record.Final.CreateLike(), gradient = quadratic.Field.Parameters.CreateLike();
        quadratic.Evaluate(record.Final, cotangent);
        cotangent[1].Fill(1);
        record.Pullback([cotangent], start, gradient);
        Assert.Equal(record.Final.AsSpan<double>(0).ToArray(), trajectory.States[^1].AsSpan<double>(0).ToArray(), Near);
        Assert.Equal(start.AsSpan<double>(0).ToArray(), trajectory.Costates[0].AsSpan<double>(0).ToArray().Select(p => -p), Near);
        Assert.Equal(gradient.AsSpan<double>(0)[0], trajectory.Gradients.Sum(g => g.AsSpan<double>(0)[0]), 1e-13);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void Improve_OverAShortHorizon_ConvergesToRiccatisSolution(double penalty)
    {
        using var quadratic = Quadratic();
        var problem = Problem(quadratic, 0.3, 12);
        var controls = problem.CreateControls();
        var method = new SuccessiveApproximations { Maximizer = quadratic, Penalty = penalty };
        for (int i = 0; i < 200; i++)
        {
            method.Improve(problem, controls);
        }

        var riccati = quadratic.Riccati(problem.Grid);
        using var optimal = ControlSweep.Run(problem, controls);
        Assert.Equal(Quadratic(riccati[0], _x) / 2, optimal.Cost, 1e-13);
        for (int n = 0; n <= problem.Layers; n++)
        {
            double[] x = optimal.States[n].AsSpan<double>(0).ToArray(), p = optimal.Costates[n].AsSpan<double>(0).ToArray();
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(-((riccati[n][i, 0] * x[0]) + (riccati[n][i, 1] * x[1])), p[i], 1e-11);
            }
        }

        Assert.All(optimal.Gradients, gradient => Assert.Equal(0, gradient.AsSpan<double>(0)[0], 1e-12));
    }

    /// <summary>Over a long horizon the basic method is no contraction; a penalty makes it one, and every iteration lowers the cost.</summary>
    [Fact]
    public void Improve_OverALongHorizon_ConvergesWithAPenaltyOnly()
    {
        using var quadratic = Quadratic();
        var problem = Problem(quadratic, 4, 20);
        double best = Quadratic(quadratic.Riccati(problem.Grid)[0], _x) / 2;
        double[] Costs(double penalty, int iterations)
        {
            var controls = problem.CreateControls();
            Array.ForEach(controls, control => control.Clear()); // the field still has the last ones of the run before
            var method = new SuccessiveApproximations { Maximizer = quadratic, Penalty = penalty };
            return [.. Enumerable.Range(0, iterations).Select(_ => method.Improve(problem, controls))];
        }

        double[] basic = Costs(0, 20), extended = Costs(5, 120);
        Assert.True(basic[^1] > 1e6 * basic[0], $"the basic method went from {basic[0]:G3} to {basic[^1]:G3}");
        Assert.All(extended.Zip(extended.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1e-12, $"{pair.First:R} then {pair.Second:R}"));
        Assert.Equal(best, extended[^1], 1e-9 * best);
        Assert.Throws<OdeSolveException>(() => Costs(0, 300));
    }

    [Fact]
    public void Riccati_OfFinerLayers_ApproachesItsDifferentialEquationWithOrderOne()
    {
        using var quadratic = Quadratic();
        // −Ṗ = AᵀP + PA − PBR⁻¹BᵀP + Q, backward from S.
        var riccati = Problems.Function(3, (_, p, dp) =>
        {
            double a = -0.3, b = 1, c = -0.8, d = 0.1, g0 = p[0] * 0.2 + p[1], g1 = p[1] * 0.2 + p[2];
            dp[0] = -((2 * ((a * p[0]) + (c * p[1]))) - (g0 * g0 / 0.5) + 1);
            dp[1] = -((b * p[0]) + (d * p[1]) + (a * p[1]) + (c * p[2]) - (g0 * g1 / 0.5) + 0.1);
            dp[2] = -((2 * ((b * p[1]) + (d * p[2]))) - (g1 * g1 / 0.5) + 0.7);
        });
        double exact = Problems.Solve(Problems.Problem(riccati, StepperCatalog.Find("dopri5")!, new ConstantStep(400), [0.9, 0.2, 1.1], 1, 0))[0];
        double Error(int layers) => quadratic.Riccati(Grid(1, layers))[0][0, 0] - exact;
        Assert.InRange(Math.Log2(Error(200) / Error(400)), 0.95, 1.05);
    }

    [Fact]
    public void Constructor_OfMatricesThatDoNotFit_SaysWhich() =>
        Assert.Contains("R is 2 × 2", Assert.Throws<ArgumentException>(() => new LinearQuadraticProblem(new double[2, 2], new double[2, 1], new double[2, 2], new double[2, 2], new double[2, 2])).Message, StringComparison.Ordinal);

    internal static LinearQuadraticProblem Quadratic() => new(
        new[,] { { -0.3, 1 }, { -0.8, 0.1 } },
        new[,] { { 0.2 }, { 1 } },
        new[,] { { 1, 0.1 }, { 0.1, 0.7 } },
        new[,] { { 0.5 } },
        new[,] { { 0.9, 0.2 }, { 0.2, 1.1 } });

    internal static ControlProblem Problem(LinearQuadraticProblem quadratic, double horizon, int layers)
    {
        var start = new FlatVector(quadratic.Field.StateLayout(1), ScalarType.Float64);
        _x.CopyTo(start.AsSpan<double>(0));
        return new() { Field = quadratic.Field, Start = start, Grid = Grid(horizon, layers), Terminal = quadratic };
    }

    private static double[] Grid(double horizon, int layers) => [.. Enumerable.Range(0, layers + 1).Select(n => horizon * n / layers)];

    private static FlatVector[] Controls(ControlProblem problem)
    {
        var controls = problem.CreateControls();
        for (int n = 0; n < controls.Length; n++)
        {
            controls[n].AsSpan<double>(0)[0] = Math.Sin(n + 1);
        }

        return controls;
    }

    private static double Cost(ControlProblem problem, FlatVector[] controls)
    {
        using var trajectory = ControlSweep.Run(problem, controls);
        return trajectory.Cost;
    }

    private static FlatVector With(FlatVector vector, double[] values)
    {
        var other = vector.Clone();
        values.CopyTo(other.AsSpan<double>(0));
        return other;
    }

    private static double Difference(double[] at, int i, Func<double[], double> f)
    {
        double[] above = [.. at], below = [.. at];
        (above[i], below[i]) = (at[i] + 1e-5, at[i] - 1e-5);
        return (f(above) - f(below)) / 2e-5;
    }

    private static double Quadratic(double[,] p, double[] x) => (p[0, 0] * x[0] * x[0]) + (2 * p[0, 1] * x[0] * x[1]) + (p[1, 1] * x[1] * x[1]);

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-13;
}
