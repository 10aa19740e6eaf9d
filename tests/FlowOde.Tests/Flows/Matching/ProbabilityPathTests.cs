using FlowOde.Flows.Matching;
using FlowOde.Flows.Randomness;

namespace FlowOde.Tests.Flows.Matching;

/// <summary>Paths against closed forms: rates, ends, and the velocity of normal data.</summary>
public sealed class ProbabilityPathTests
{
    private const double Mean = 0.7;
    private const double Deviation = 0.4;

    public static TheoryData<string> Names => [.. ProbabilityPaths.All.Select(path => path.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void At_ByTime_HasItsRates(string name)
    {
        var path = ProbabilityPaths.Named(name);
        const double step = 1e-5;
        foreach (double time in new[] { 0.05, 0.3, 0.5, 0.81, 0.97 })
        {
            var (before, here, after) = (path.At(time - step), path.At(time), path.At(time + step));
            Assert.Equal((after.Data - before.Data) / (2 * step), here.DataRate, 1e-6);
            Assert.Equal((after.Noise - before.Noise) / (2 * step), here.NoiseRate, 1e-6);
            Assert.Equal((after.Spread - before.Spread) / (2 * step), here.SpreadRate, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_Ends_IsNoiseAndData(string name)
    {
        var path = ProbabilityPaths.Named(name);
        double edge = name is "schroedinger-bridge" or "vp-diffusion" ? 0.05 : name == "independent" ? 0.11 : 1e-12; // what of a path is left at the ends of its span
        var (first, last) = (path.At(path.Span.First), path.At(path.Span.Last));
        Assert.InRange(Math.Abs(first.Noise - 1) + Math.Abs(first.Data) + first.Spread, 0, edge);
        Assert.InRange(Math.Abs(last.Data - 1) + Math.Abs(last.Noise) + last.Spread, 0, edge);
        Assert.Equal(path.HasSpread, path.At(0.4).Spread > 0);
    }

    /// <summary>MATH F1: of normal data N(m, s²) the conditional mean of dx/dt at x is linear in x; here by regression of many draws against the closed form.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Velocity_OfNormalData_IsThatOfTheOracle(string name)
    {
        const int count = 400_000;
        var path = ProbabilityPaths.Named(name);
        double[] normals = new double[3 * count];
        new RandomSource(5).Stream(RandomPurpose.Base, 0).FillNormal<double>([.. Enumerable.Range(0, count).Select(i => (long)i)], 3, normals);
        foreach (double time in new[] { 0.2, 0.6, 0.9 })
        {
            var at = path.At(time);
            var (x, u) = (new double[count], new double[count]);
            for (int i = 0; i < count; i++)
            {
                double noise = normals[3 * i], data = Mean + (Deviation * normals[(3 * i) + 1]), own = normals[(3 * i) + 2];
                x[i] = (at.Data * data) + (at.Noise * noise) + (at.Spread * own);
                u[i] = (at.DataRate * data) + (at.NoiseRate * noise) + (at.SpreadRate * own);
            }

            double variance = Variance(at), covariance = (at.Data * at.DataRate * Deviation * Deviation) + (at.Noise * at.NoiseRate) + (at.Spread * at.SpreadRate);
            double meanX = x.Average(), meanU = u.Average(), sumXX = 0, sumXU = 0, sumUU = 0;
            for (int i = 0; i < count; i++)
            {
                sumXX += (x[i] - meanX) * (x[i] - meanX);
                sumXU += (x[i] - meanX) * (u[i] - meanU);
                sumUU += (u[i] - meanU) * (u[i] - meanU);
            }

            double slope = sumXU / sumXX, error = Math.Sqrt(Math.Max(1e-12, (sumUU / sumXX) - (slope * slope)) / count);
            Assert.InRange((slope - (covariance / variance)) / error, -4.5, 4.5);
            Assert.InRange((meanU - (at.DataRate * Mean)) / Math.Sqrt(sumUU / count / count), -4.5, 4.5);
        }
    }

    /// <summary>MATH F1: the field m' + (½ v'/v)(x − m) carries N(0, 1) to N(m, s²), so that a point moves along its quantile and the log-determinant is the change of ½ log v.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Velocity_OfTheOracle_CarriesNoiseToData(string name)
    {
        const int steps = 20_000;
        var path = ProbabilityPaths.Named(name);
        var (first, last) = path.Span;
        double Mean0(double time) => path.At(time).Data * Mean;
        double x = Mean0(first) + (1.3 * Math.Sqrt(Variance(path.At(first)))), divergence = 0, step = (last - first) / steps;
        for (int i = 0; i < steps; i++)
        {
            double time = first + (i * step);
            var (slope1, rate1) = Field(time, x);
            var (slope2, rate2) = Field(time + (step / 2), x + (step / 2 * rate1));
            _ = slope1;
            (x, divergence) = (x + (step * rate2), divergence + (step * slope2));
        }

        Assert.Equal(Mean0(last) + (1.3 * Math.Sqrt(Variance(path.At(last)))), x, 1e-5);
        Assert.Equal(0.5 * Math.Log(Variance(path.At(last)) / Variance(path.At(first))), divergence, 1e-5);

        (double Slope, double Rate) Field(double time, double point)
        {
            var at = path.At(time);
            double slope = ((at.Data * at.DataRate * Deviation * Deviation) + (at.Noise * at.NoiseRate) + (at.Spread * at.SpreadRate)) / Variance(at);
            return (slope, (at.DataRate * Mean) + (slope * (point - (at.Data * Mean))));
        }
    }

    [Fact]
    public void StraightPaths_OfNoWidth_AreOne()
    {
        foreach (double time in new[] { 0.1, 0.5, 0.9 })
        {
            Assert.Equal(new CondOtPath().At(time), new StochasticInterpolantPath(0).At(time));
            Assert.Equal(new CondOtPath().At(time), new IndependentPath(0).At(time));
        }
    }

    [Fact]
    public void Named_UnknownOrWithAWidthItHasNot_SaysWhichThereAre()
    {
        Assert.Contains("cond-ot", Assert.Throws<ArgumentException>(() => ProbabilityPaths.Named("straight")).Message, StringComparison.Ordinal);
        Assert.Contains("no width", Assert.Throws<ArgumentException>(() => ProbabilityPaths.Named("vp-diffusion", 0.1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ProbabilityPaths.Named("schroedinger-bridge", 0));
        Assert.Equal(0.3, ProbabilityPaths.Named("cond-ot", 0.3).At(1).Noise, 1e-15);
    }

    private static double Variance(PathCoefficients at) => (at.Data * at.Data * Deviation * Deviation) + (at.Noise * at.Noise) + (at.Spread * at.Spread);
}
