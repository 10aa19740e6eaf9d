using FlowOde.Flows.TraceEstimators;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.TraceEstimators;

public sealed class HutchinsonTraceTests
{
    [Fact]
    public void Read_OverAllSignVectors_HasTheTraceForMeanAndTheStatedVariance()
    {
        const int D = 4;
        double[,] a = LinearField.Random(D, 5);
        double[] estimates = [.. LinearField.Channels(a, new HutchinsonTrace(), AllSigns(D))[0].Select(rate => -rate)];
        double trace = Enumerable.Range(0, D).Sum(i => a[i, i]), variance = 0;
        for (int i = 0; i < D; i++)
        {
            for (int j = 0; j < D; j++)
            {
                variance += i == j ? 0 : 2 * Math.Pow((a[i, j] + a[j, i]) / 2, 2);
            }
        }

        Assert.Equal(trace, estimates.Average(), 1e-13);
        Assert.Equal(variance, estimates.Average(q => Math.Pow(q - trace, 2)), 1e-13);
    }

    [Fact]
    public void Read_OfASkewSymmetricJacobian_IsZeroForEveryProbe()
    {
        double[,] a = LinearField.Random(4, 6), skew = new double[4, 4];
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                skew[i, j] = a[i, j] - a[j, i];
            }
        }

        foreach (var distribution in Enum.GetValues<ProbeDistribution>())
        {
            Assert.All(LinearField.Channels(skew, new HutchinsonTrace(3, distribution))[0], rate => Assert.Equal(0, rate, 1e-14));
        }
    }

    [Fact]
    public void Read_OfADiagonalJacobian_IsExactWithSigns()
    {
        double[,] diagonal = { { 2, 0, 0 }, { 0, -0.5, 0 }, { 0, 0, 4 } };
        Assert.All(LinearField.Channels(diagonal, new HutchinsonTrace(2))[0], rate => Assert.Equal(-5.5, rate, 1e-14));
    }

    [Theory]
    [InlineData(ProbeDistribution.Rademacher)]
    [InlineData(ProbeDistribution.Gaussian)]
    public void Draw_OfARow_DoesNotDependOnItsBatch(ProbeDistribution distribution)
    {
        using var scope = NewDisposeScope();
        var estimator = new HutchinsonTrace(3, distribution);
        using var batch = estimator.Draw([4, 7, 9], 3, SeededDraws.Stream(2), ScalarType.Float64);
        using var alone = estimator.Draw([7], 3, SeededDraws.Stream(2), ScalarType.Float64);
        using var first = new HutchinsonTrace(1, distribution).Draw([7], 3, SeededDraws.Stream(2), ScalarType.Float64);
        Assert.Equal([3L, 3L, 3L], batch.Values.shape);
        Assert.Equal(0, (batch.Values[.., 1..2] - alone.Values).abs().max().item<double>());
        Assert.Equal(0, (alone.Values[..1, .., ..2] - first.Values[.., .., ..2]).abs().max().item<double>());
    }

    [Theory]
    [InlineData(ProbeDistribution.Rademacher, 1.0)]
    [InlineData(ProbeDistribution.Gaussian, 3.0)]
    public void Draw_OverManyRows_HasTheMomentsOfItsDistribution(ProbeDistribution distribution, double fourthMoment)
    {
        using var scope = NewDisposeScope();
        const int N = 20_000;
        using var directions = new HutchinsonTrace(1, distribution).Draw(SeededDraws.Rows(N), 2, SeededDraws.Stream(3), ScalarType.Float64);
        double Mean(int power) => directions.Values.Power(power).mean().item<double>();

        // Five standard errors over 40,000 numbers: Var e = 1, Var e² ≤ 2, Var e⁴ ≤ 96.
        Assert.Equal(0, Mean(1), 5 / Math.Sqrt(2 * N));
        Assert.Equal(1, Mean(2), 5 * Math.Sqrt(2.0 / (2 * N)));
        Assert.Equal(fourthMoment, Mean(4), 5 * Math.Sqrt(96.0 / (2 * N)));
        Assert.Equal(0, (directions.Values[0, .., 0] * directions.Values[0, .., 1]).mean().item<double>(), 5 / Math.Sqrt(N));
    }

    private static Directions AllSigns(int dimension)
    {
        double[] signs = [.. Enumerable.Range(0, 1 << dimension).SelectMany(n => Enumerable.Range(0, dimension).Select(i => (n >> i & 1) == 0 ? -1.0 : 1.0))];
        return new(tensor(signs).view(1, 1 << dimension, dimension), 1);
    }
}
