using FlowOde.Cli.Reporting;
using FlowOde.Cli.Training;
using FlowOde.Flows.Randomness;

namespace FlowOde.Tests.Cli.Reporting;

/// <summary>The normal densities that a model of images should beat.</summary>
public class GaussianBaselineTests
{
    private const int Pixels = 4;

    [Fact]
    public void Fit_OfPixelsOnTheirOwn_GivesBothDensitiesTheSameScore()
    {
        var baseline = Fit(20_000, linked: false);
        Assert.Equal(baseline.Diagonal.Mean, baseline.Full!.Mean, 0.005);
        Assert.InRange(baseline.Full.Mean, 8, 8.2); // uniform levels of 256 hold 8 bits; a normal density of their logits is nearly as good
    }

    [Fact]
    public void Fit_OfLinkedPixels_PrefersTheCovariance()
    {
        var baseline = Fit(20_000, linked: true);
        Assert.InRange(baseline.Diagonal.Mean - baseline.Full!.Mean, 2, 8);
    }

    [Theory]
    [InlineData((2 * Pixels) - 1, false)]
    [InlineData(2 * Pixels, true)]
    public void Fit_ToFewImages_HasNoCovariance(int rows, bool hasCovariance) => Assert.Equal(hasCovariance, Fit(rows, linked: false).Full is not null);

    private static GaussianBaseline Fit(int rows, bool linked)
    {
        var random = new Random(5);
        return GaussianBaseline.Fit(Part(rows), Part(2000), 256, new RandomSource(1));

        DataPart Part(int count)
        {
            var values = new double[count * Pixels];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = linked && i % Pixels > 0 ? values[i - 1] : random.Next(256);
            }

            return new(values, [], Pixels);
        }
    }
}
