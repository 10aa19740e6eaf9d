using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>The laws of Adams methods (MATH A5) beside those of every method.</summary>
public class AdamsTests
{
    private static readonly double[] _start = [0.8, -0.4];

    [Fact]
    public void Compute_OnAUniformGrid_GivesTheTables()
    {
        double[] gamma = [1, 1 / 2.0, 5 / 12.0, 3 / 8.0, 251 / 720.0, 95 / 288.0];
        foreach (double step in new[] { 0.1, -0.3 })
        {
            var coefficients = new AdamsCoefficients(13);
            coefficients.Compute(1 + step, [.. Enumerable.Range(0, 13).Select(i => 1 - (i * step))]);
            Assert.All(gamma, (expected, j) => Assert.Equal(expected, coefficients.G[j], 1e-14));
            Assert.All(coefficients.Beta.ToArray(), beta => Assert.Equal(1, beta, 1e-12));
        }
    }

    /// <summary>The tables' weights, each as the response to a derivative that is 1 at one time and 0 at the others.</summary>
    [Theory]
    [InlineData(2, new[] { 3 / 2.0, -1 / 2.0 })]
    [InlineData(3, new[] { 23 / 12.0, -16 / 12.0, 5 / 12.0 })]
    [InlineData(4, new[] { 55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0 })]
    [InlineData(5, new[] { 1901 / 720.0, -2774 / 720.0, 2616 / 720.0, -1274 / 720.0, 251 / 720.0 })]
    public void Try_OfAdamsBashforthOnAUniformGrid_HasTheWeightsOfTheTables(int order, double[] weights)
    {
        const double h = 0.125;
        for (int back = 0; back < order; back++)
        {
            int spike = order - 1 - back;
            using var workspace = Begun(AdamsMethod.Bashforth(order), (t, _, dy) => dy[0] = t == spike * h ? 1 : 0, 0);
            for (int n = 0; n < order; n++)
            {
                double before = workspace.State.AsSpan<double>()[0];
                workspace.Try((n + 1) * h);
                if (n == order - 1)
                {
                    Assert.Equal(h * weights[back], workspace.Candidate.AsSpan<double>()[0] - before, 1e-15);
                }

                workspace.Accept(false);
            }
        }
    }

    /// <summary>On a random grid k steps integrate f = t^m for m &lt; k, and the corrector of order k + 1 for m ≤ k; not the next power.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(12)]
    public void Compute_OnARandomGrid_IntegratesPolynomialsExactly(int k)
    {
        var random = new Random(k);
        double[] times = new double[k + 1];
        for (int i = 1; i <= k; i++)
        {
            times[i] = times[i - 1] - 0.4 - (1.2 * random.NextDouble());
        }

        double next = 0.9 + random.NextDouble();
        var coefficients = new AdamsCoefficients(k + 1);
        coefficients.Compute(next, times);
        for (int m = 0; m <= k + 1; m++)
        {
            // Scaled so that the numbers stay near 1 whatever the power.
            double scale = Math.Max(next, -times[k]);
            double F(double t) => Math.Pow(t / scale, m);
            double exact = Math.Pow(next / scale, m + 1) * scale / (m + 1);
            var (predicted, corrected) = Integrate(coefficients, next, times, k, F);
            double size = 1e-9;
            Assert.True(m < k == Math.Abs(predicted - exact) < size, $"k = {k}, m = {m}: predicted {predicted:R}, exact {exact:R}");
            Assert.True(m <= k == Math.Abs(corrected - exact) < size, $"k = {k}, m = {m}: corrected {corrected:R}, exact {exact:R}");
        }
    }

    /// <summary>Steps of which each second one is three times as long as those around it: with the coefficients of a uniform grid the order falls.</summary>
    [Theory]
    [InlineData("adams-bashforth3")]
    [InlineData("adams-bashforth5")]
    [InlineData("adams-moulton4")]
    [InlineData("adams-moulton5")]
    [InlineData("adams")]
    public void Solve_OnAGridOfUnequalSteps_KeepsTheOrder(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        double[] exact = Problems.Solve(Problem(NonAutonomous, StepperCatalog.Find("dopri8")!, new ConstantStep(400), _start, 0, 2));
        double Error(int pairs)
        {
            double[] grid = [.. Enumerable.Range(0, 2 * pairs).Select(n => 2 * ((n / 2) + (n % 2 * 0.25)) / pairs), 2];
            double[] end = Problems.Solve(Problem(NonAutonomous, stepper, new FrozenGrid(grid, [0, 2]), _start, 0, 2));
            return Math.Max(Math.Abs(end[0] - exact[0]), Math.Abs(end[1] - exact[1]));
        }

        double slope = Math.Log2(Error(40) / Error(160)) / 2;
        Assert.InRange(slope, stepper.Order - 0.3, stepper.Order + 0.8);
    }

    [Fact]
    public void Solve_WithTightTolerances_UsesHighOrdersAndFewerEvaluationsThanDopri5()
    {
        var field = Function(2, (t, y, dy) => (dy[0], dy[1]) = (y[1] * Math.Cos(t / 9), -y[0] + (0.1 * Math.Sin(t))));
        var orders = new List<int>();
        SolveStatistics Cost(IStepper stepper)
        {
            using var solution = OdeSolver.Solve(Problem(field, stepper, Pid(1e-12), _start, 0, 20));
            return solution.Statistics;
        }

        var (adams, dopri5) = (Cost(AdamsMethod.VariableOrder), Cost(StepperCatalog.Find("dopri5")!));
        Assert.True(adams.Evaluations < 0.5 * dopri5.Evaluations, $"{adams.Evaluations} evaluations in {adams.AcceptedSteps} + {adams.RejectedSteps} steps, dopri5 {dopri5.Evaluations}");
        using var workspace = Begun(AdamsMethod.VariableOrder, (t, y, dy) => dy[0] = -y[0] + Math.Cos(t), 1);
        var tolerances = new Tolerances(1e-12, 1e-12);
        for (int n = 1; n <= 60; n++)
        {
            workspace.Try(0.02 * n);
            workspace.ErrorNorm(ErrorNorm.Flat, tolerances);
            workspace.Accept(false);
            orders.Add(((AdamsWorkspace)workspace).Steps);
        }

        Assert.Equal(4, orders[0]);
        Assert.True(orders.Max() > 6, $"steps of the predictor: {string.Join(" ", orders)}");
    }

    /// <summary>Behind the starter no step is more than twice as long as the one before, whatever is proposed.</summary>
    [Fact]
    public void Prefer_OfALongStep_DoublesTheLastOneAtMost()
    {
        using var workspace = Begun(AdamsMethod.VariableOrder, (t, y, dy) => dy[0] = -y[0], 1);
        for (int n = 1; n <= 5; n++)
        {
            Assert.Equal(0.1 + (0.01 * n), workspace.Prefer(0.1 + (0.01 * n)), 1e-15);
            workspace.Try(0.1 * n);
            workspace.ErrorNorm(ErrorNorm.Flat, new(1e-6, 1e-6));
            workspace.Accept(false);
        }

        Assert.Equal(0.3, workspace.Prefer(0.7), 1e-15);
        Assert.Equal(0.2, workspace.Prefer(0.2), 1e-15);
    }

    /// <summary>Behind a jump of the field the order falls, and the solve goes on.</summary>
    [Fact]
    public void Solve_AcrossAJump_GoesOn()
    {
        var jump = Function(1, (t, y, dy) => dy[0] = t < 0.7 ? Math.Cos(3 * t) : -4 * y[0]);
        double exact = (1 + (Math.Sin(2.1) / 3)) * Math.Exp(-4 * 0.8);
        using var solution = OdeSolver.Solve(Problem(jump, AdamsMethod.VariableOrder, Pid(1e-8), [1], 0, 1.5));
        Assert.Equal(exact, solution.Final.AsSpan<double>()[0], 1e-6);
        Assert.InRange(solution.Statistics.RejectedSteps, 1, 60);
    }

    [Theory]
    [InlineData("backsolve")]
    [InlineData("interpolated")]
    public void Pullback_WithVariableOrder_ApproachesTheDirectGradientWithItsTolerance(string adjointName)
    {
        using var field = new RolesField(3);
        using var start = new FlatVector(field.StateLayout(3), ScalarType.Float64);
        var random = new Random(5);
        foreach (ref double value in start.AsSpan<double>())
        {
            value = random.NextDouble() - 0.5;
        }

        var problem = new OdeProblem { Field = field, Stepper = AdamsMethod.VariableOrder, Controller = Pid(1e-5), Start = start, Times = [0.2, 0.9, 1.9], Pool = new() };
        var exact = Adjoints.GradientRun.Of(problem with { Stepper = StepperCatalog.Find("dopri8")!, Controller = new ConstantStep(40) }, new DirectAdjoint());
        double Error(double tolerance) => Adjoints.GradientRun.Distance(exact.Parameters, Adjoints.GradientRun.Of(problem with { Controller = Pid(tolerance) }, AdjointCatalog.Find(adjointName)!).Parameters);
        double coarse = Error(1e-5), fine = Error(1e-8);
        Assert.InRange(Math.Log10(coarse / fine) / 3, 0.7, 1.7);
        Assert.InRange(coarse, 1e-9, 1e-3);
    }

    [Theory]
    [InlineData("adams")]
    [InlineData("adams-bashforth3")]
    [InlineData("adams-moulton4")]
    public void Supports_OfAMultistepMethod_NamesTheTwoKindsThatGo(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        foreach (var adjoint in AdjointCatalog.All)
        {
            bool supported = adjoint.Supports(stepper, out string reason);
            Assert.Equal(adjoint is ContinuousAdjoint, supported);
            Assert.True(supported || reason.Contains($"'{name}'", StringComparison.Ordinal), reason);
        }
    }

    /// <summary>∫ of one function by the predictor and the corrector, the differences being those of HNW III.5.</summary>
    private static (double Predicted, double Corrected) Integrate(AdamsCoefficients coefficients, double next, double[] times, int k, Func<double, double> f)
    {
        // Φ_j(n) = Π_{i<j}(t_n − t_{n−1−i}) f[t_n, …, t_{n−j}].
        double[] table = [.. times.Select(f)];
        double[] differences = new double[k + 1];
        double product = 1;
        for (int j = 0; j <= k; j++)
        {
            differences[j] = product * table[0];
            for (int i = 0; i < k - j; i++)
            {
                table[i] = (table[i] - table[i + 1]) / (times[i] - times[i + j + 1]);
            }

            product *= j < k ? times[0] - times[j + 1] : 1;
        }

        double sum = 0, last = f(next);
        for (int j = 0; j < k; j++)
        {
            sum += coefficients.G[j] * coefficients.Beta[j] * differences[j];
            last -= coefficients.Beta[j] * differences[j];
        }

        return ((next - times[0]) * sum, (next - times[0]) * (sum + (coefficients.G[k] * last)));
    }

    private static StepWorkspace Begun(AdamsMethod stepper, Action<double, double[], double[]> f, double start)
    {
        var field = Function(1, f);
        var workspace = stepper.CreateWorkspace(field.StateLayout(1), ScalarType.Float64, CPU);
        using var memory = field.CreateWorkspace(new(1, ScalarType.Float64, CPU));
        using var at = State(field.StateLayout(1), start);
        workspace.Begin(new FieldSystem(field, memory.RentTape()), 0, at);
        return workspace;
    }
}
