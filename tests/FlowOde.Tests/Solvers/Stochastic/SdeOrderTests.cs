using FlowOde.Solvers.Stochastic;
using static FlowOde.Tests.Solvers.Stochastic.StochasticProblems;

namespace FlowOde.Tests.Solvers.Stochastic;

/// <summary>How errors fall with the step, along a path and in expectation.</summary>
public class SdeOrderTests
{
    public static TheoryData<string, bool> Methods()
    {
        var data = new TheoryData<string, bool>();
        foreach (var stepper in SdeCatalog.All)
        {
            data.Add(stepper.Name, false);
        }

        data.Add("milstein", true);
        return data;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Solve_OfGeometricMotionWithADriftOfTime_ConvergesAlongThePathAtTheStatedOrder(string name, bool hasTangent)
    {
        var stepper = SdeCatalog.Find(name)!;
        var path = new BrownianPath(11, 0, 1, 500, 4);
        double[] exact = Grown(path, 1, stepper.Calculus);
        int[] steps = [16, 32, 64, 128, 256];
        double[] errors = [.. steps.Select(n => RootMeanSquare(Solve(Problem(Growth(4, hasTangent), stepper, path, n)), exact))];
        double slope = Slope(steps, errors);
        Assert.True(Math.Abs(slope - stepper.StrongOrder) < 0.2, $"{name}: order {slope:F3}, errors {string.Join(", ", errors.Select(e => e.ToString("E2")))}");
    }

    [Fact]
    public void Solve_WithAdditiveNoise_ConvergesAlongThePathAtOrderOneByEulerMaruyama()
    {
        // dy = cos 3t dt − y dt + dW; the reference is another method with many more steps.
        var path = new BrownianPath(12, 0, 1, 250, 2);
        var field = new EntryField(2, (t, y) => Math.Cos(3 * t) - y, (_, _) => 1) { IsAdditive = true };
        double[] exact = Solve(Problem(field, StratonovichHeun.Method, path, 1024));
        int[] steps = [8, 16, 32, 64];
        double[] errors = [.. steps.Select(n => RootMeanSquare(Solve(Problem(field, EulerMaruyama.Method, path, n)), exact))];
        Assert.InRange(Slope(steps, errors), 0.8, 1.2);
    }

    [Fact]
    public void Solve_OfAnOrnsteinUhlenbeckProcess_HasExpectationsAtWeakOrderOne()
    {
        // dy = −2y dt + 0.5 dW from 3: Euler–Maruyama's mean is 3(1 − 2h)^n and its variance 0.25 h Σ (1 − 2h)^(2k), each off by a multiple of h.
        const int count = 20_000;
        var field = new EntryField(4, (_, y) => -2 * y, (_, _) => 0.5) { IsAdditive = true };
        var path = new BrownianPath(13, 0, 1, count / 4, 4);
        double exactMean = 3 * Math.Exp(-2), exactVariance = 0.0625 * (1 - Math.Exp(-4));
        int[] steps = [4, 8, 16];
        var moments = steps.Select(n => Moments(Solve(Problem(field, EulerMaruyama.Method, path, n, start: 3)))).ToArray();
        double slope = Slope(steps, [.. moments.Select(m => Math.Abs(m.Mean - exactMean))]);
        Assert.InRange(slope, 0.8, 1.3);
        double varianceSlope = Slope(steps, [.. moments.Select(m => Math.Abs(m.Variance - exactVariance))]);
        Assert.InRange(varianceSlope, 0.75, 1.6); // the coarsest steps are beyond the first order, and the sampling error is 1% of the variance
        for (int i = 0; i < steps.Length; i++)
        {
            double h = 1.0 / steps[i], factor = 1 - (2 * h), variance = 0.25 * h * (1 - Math.Pow(factor, 2 * steps[i])) / (1 - (factor * factor));
            Assert.True(Math.Abs(moments[i].Mean - (3 * Math.Pow(factor, steps[i]))) < 4.5 * Math.Sqrt(variance / count));
            Assert.True(Math.Abs((moments[i].Variance / variance) - 1) < 4.5 * Math.Sqrt(2.0 / count));
        }
    }

    /// <summary>The mean of what is made of a path less its exact end is the error of the expectation, with little of the paths' own scatter.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Solve_OfGeometricMotionWithADriftOfTime_HasExpectationsAtTheStatedWeakOrder(string name, bool hasTangent)
    {
        var stepper = SdeCatalog.Find(name)!;
        const int count = 40_000;
        var path = new BrownianPath(15, 0, 1, count / 4, 4);
        double[] exact = Grown(path, 1, stepper.Calculus);
        int[] steps = [16, 32, 64, 128];
        double[] errors = [.. steps.Select(n => Math.Abs(Solve(Problem(Growth(4, hasTangent), stepper, path, n)).Zip(exact, (a, b) => a - b).Average()))];
        double slope = Slope(steps, errors);
        Assert.True(slope > stepper.WeakOrder - 0.2, $"{name}: order {slope:F3}, errors {string.Join(", ", errors.Select(e => e.ToString("E2")))}");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Solve_OfAnOrnsteinUhlenbeckProcessForLong_HasTheStationaryVariance(string name, bool hasTangent)
    {
        // dy = −y dt + dW has the variance ½. Explicit methods' own is off by a multiple of h = 1/32: Euler–Maruyama's is 1 / (2 − h).
        const int count = 8_000;
        var field = hasTangent ? new EntryTangentField(4, (_, y) => -y, (_, _) => 1, (_, _) => 0) : new EntryField(4, (_, y) => -y, (_, _) => 1) { IsAdditive = true };
        var (mean, variance) = Moments(Solve(Problem(field, SdeCatalog.Find(name)!, new BrownianPath(14, 0, 8, count / 4, 4), 256, start: 0)));
        Assert.True(Math.Abs(mean) < 4.5 * Math.Sqrt(0.5 / count), $"mean {mean}");
        Assert.True(Math.Abs(variance - 0.5) < (4.5 * 0.5 * Math.Sqrt(2.0 / count)) + 0.009, $"variance {variance}");
    }

    private static double RootMeanSquare(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Average());

    /// <summary>The power of the step by which errors fall, by least squares of the logarithms.</summary>
    private static double Slope(int[] steps, double[] errors)
    {
        double[] x = [.. steps.Select(n => -Math.Log(n))], y = [.. errors.Select(e => Math.Log(e))];
        double centre = x.Average(), level = y.Average();
        return x.Zip(y, (a, b) => (a - centre) * (b - level)).Sum() / x.Sum(a => (a - centre) * (a - centre));
    }
}
