using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers;

/// <summary>Solves whose end and log-determinant are known in closed form.</summary>
public class OdeSolverTests
{
    private const double Tolerance = 1e-7;

    /// <summary>ż = a(t)z + b with a = cos t and b = 0.5: z = e^α(z0 + ∫e^−α b), log-det D·α with α = sin t.</summary>
    [Fact]
    public void Solve_AnAffineFieldOfTime_HasItsClosedForm()
    {
        const double b = 0.5, end = 2;
        var field = new DensityField(3, (t, z, dz) => Each(z, dz, v => (Math.Cos(t) * v) + b), (t, _) => 3 * Math.Cos(t));
        double alpha = Math.Sin(end), forcing = b * Simpson(t => Math.Exp(-Math.Sin(t)), 0, end);
        RequireClosedForm(field, [[1, -0.5, 2], [0.1, 0, -3]], 0, end, z => Each(z, v => Math.Exp(alpha) * (v + forcing)), _ => 3 * alpha);
    }

    /// <summary>The deterministic flow of dx = −θx dt + σ dW from N(m0, v0) (Song et al. 2021, §4.3) carries Gaussian to Gaussian.</summary>
    [Theory]
    [InlineData(0.0, 1.5)]
    [InlineData(1.5, 0.0)]
    public void Solve_TheFlowOfAnOrnsteinUhlenbeckProcess_CarriesGaussianToGaussian(double from, double to)
    {
        const double theta = 0.7, sigma = 1.1, m0 = 1.3, v0 = 0.4;
        static double Mean(double t) => m0 * Math.Exp(-theta * t);
        static double Variance(double t) => (v0 * Math.Exp(-2 * theta * t)) + (sigma * sigma / (2 * theta) * (1 - Math.Exp(-2 * theta * t)));
        var field = new DensityField(
            2,
            (t, x, dx) => Each(x, dx, v => (-theta * v) + (0.5 * sigma * sigma * (v - Mean(t)) / Variance(t))),
            (t, _) => 2 * (-theta + (sigma * sigma / (2 * Variance(t)))));
        double ratio = Variance(to) / Variance(from);
        RequireClosedForm(field, [[1, -0.5], [3, 0.2]], from, to, x => Each(x, v => Mean(to) + (Math.Sqrt(ratio) * (v - Mean(from)))), _ => Math.Log(ratio));
    }

    /// <summary>ż = −z³: z = z0/√(1 + 2z0²T), log-det −(3/2)log(1 + 2z0²T).</summary>
    [Fact]
    public void Solve_ACubicDecay_HasItsClosedForm()
    {
        const double end = 1.5;
        var field = new DensityField(1, (_, z, dz) => dz[0] = -Math.Pow(z[0], 3), (_, z) => -3 * z[0] * z[0]);
        static double Root(double z) => 1 + (2 * z * z * end);
        RequireClosedForm(field, [[0.3], [-1.7], [2.5]], 0, end, z => [z[0] / Math.Sqrt(Root(z[0]))], z => -1.5 * Math.Log(Root(z[0])));
    }

    /// <summary>ż = z(1 − z): z = z0 e^T/D with D = 1 − z0 + z0 e^T, log-det T − 2 log D.</summary>
    [Fact]
    public void Solve_TheLogisticField_HasItsClosedForm()
    {
        const double end = 3;
        var field = new DensityField(1, (_, z, dz) => dz[0] = z[0] * (1 - z[0]), (_, z) => 1 - (2 * z[0]));
        static double Divisor(double z) => 1 - z + (z * Math.Exp(end));
        RequireClosedForm(field, [[0.02], [0.5], [1.8]], 0, end, z => [z[0] * Math.Exp(end) / Divisor(z[0])], z => end - (2 * Math.Log(Divisor(z[0]))));
    }

    /// <summary>
    /// The solver's log-determinant is a quadrature along the numerical path, here exactly T tr A. That of the discrete map z → R(hA)ᴺz
    /// differs from it by the method's error: N log det R(hA) − T tr A → 0 at order 4 with R(x) = 1 + x + x²/2 + x³/6 + x⁴/24.
    /// </summary>
    [Fact]
    public void Solve_ALinearFieldWithRk4_HasTheLogDeterminantOfItsMapToFourthOrder()
    {
        const double end = 2;
        double[,] a = { { -0.6, 1.1 }, { -0.7, -0.9 } };
        var field = new DensityField(2, (_, z, dz) => (dz[0], dz[1]) = ((a[0, 0] * z[0]) + (a[0, 1] * z[1]), (a[1, 0] * z[0]) + (a[1, 1] * z[1])), (_, _) => a[0, 0] + a[1, 1]);
        double Gap(int steps)
        {
            var (map, quadrature) = Solve(field, "rk4", new ConstantStep(steps), [[1, 0], [0, 1]], 0, end);
            Assert.Equal(end * (a[0, 0] + a[1, 1]), quadrature[0], 1e-13);
            return Math.Abs(Math.Log((map[0][0] * map[1][1]) - (map[0][1] * map[1][0])) - quadrature[0]);
        }

        double[] gaps = [.. new[] { 16, 32, 64, 128 }.Select(Gap)];
        Assert.All(gaps.Zip(gaps.Skip(1), (coarse, fine) => Math.Log2(coarse / fine)), order => Assert.InRange(order, 3.7, 4.3));
    }

    private static void RequireClosedForm(DensityField field, double[][] rows, double from, double to, Func<double[], double[]> end, Func<double[], double> logDeterminant)
    {
        var (z, quadrature) = Solve(field, "dopri5", Pid(Tolerance), rows, from, to);
        for (int row = 0; row < rows.Length; row++)
        {
            double[] expected = end(rows[row]);
            double apart = expected.Zip(z[row], (e, v) => Math.Abs(e - v) / (1 + Math.Abs(e))).Max(), logApart = Math.Abs(logDeterminant(rows[row]) - quadrature[row]);
            Assert.True(apart < 10 * Tolerance, $"position of row {row}: {apart:E2} apart");
            Assert.True(logApart < 10 * Tolerance, $"log-determinant of row {row}: {logApart:E2} apart");
        }
    }

    private static (double[][] Rows, double[] Quadrature) Solve(DensityField field, string stepper, IStepSizeController controller, double[][] rows, double from, double to)
    {
        using var start = new FlatVector(field.StateLayout(rows.Length), ScalarType.Float64);
        rows.SelectMany(row => row).ToArray().CopyTo(start.AsSpan<double>(0));
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find(stepper)!, Controller = controller, Start = start, Times = [from, to], Pool = new() };
        using var solution = OdeSolver.Solve(problem);
        return ([.. solution.Final.AsSpan<double>(0).ToArray().Chunk(rows[0].Length)], solution.Final.AsSpan<double>(1).ToArray());
    }

    private static void Each(double[] from, double[] into, Func<double, double> map) => Each(from, map).CopyTo(into, 0);

    private static double[] Each(double[] values, Func<double, double> map) => Array.ConvertAll(values, value => map(value));

    private static double Simpson(Func<double, double> f, double from, double to)
    {
        const int cells = 2000;
        double h = (to - from) / cells;
        return Enumerable.Range(0, cells).Sum(i => h / 6 * (f(from + (i * h)) + (4 * f(from + ((i + 0.5) * h))) + f(from + ((i + 1) * h))));
    }
}
