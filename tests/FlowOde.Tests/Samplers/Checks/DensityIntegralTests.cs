using FlowOde.Flows.Composition;
using FlowOde.Samplers.Checks;
using FlowOde.Samplers.Scoring;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Checks;

public class DensityIntegralTests
{
    /// <summary>A wide Gaussian and a needle: a plain grid would miss the needle.</summary>
    private static double[] LogDensity(double[] points, double factor)
    {
        var result = new double[points.Length / 2];
        for (int i = 0; i < result.Length; i++)
        {
            double Gaussian(double scale, double x0) => Math.Exp(-0.5 * (Math.Pow((points[2 * i] - x0) / scale, 2) + Math.Pow(points[(2 * i) + 1] / scale, 2))) / (2 * Math.PI * scale * scale);
            result[i] = Math.Log(factor * ((0.7 * Gaussian(1, 0)) + (0.3 * Gaussian(0.002, 1.234))));
        }

        return result;
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.02)]
    public void OnSampledCells_OfADensityWithANeedle_FindsItsIntegral(double factor)
    {
        var normals = TestFlows.Normal(20_000, 2).data<double>().ToArray();
        double[] samples = [.. normals.Select((v, i) => (i / 2) % 10 < 7 ? v : (v * 0.002) + (i % 2 == 0 ? 1.234 : 0))];
        var integral = DensityIntegral.OnSampledCells(points => LogDensity(points, factor), samples);
        Assert.Equal(factor, integral.Value, 2e-3);
        Assert.InRange(Math.Abs(integral.Value - factor), 0, integral.ErrorEstimate + 1e-3);
    }

    /// <summary>A uniform square whose sides lie along the axes: rules that only see mixed variation would find no error at its edges.</summary>
    [Fact]
    public void OnSampledCells_OfAnAxisAlignedEdge_RefinesIt()
    {
        var random = new Random(3);
        double[] samples = [.. Enumerable.Range(0, 8000).Select(_ => random.NextDouble() / 0.83)];
        static double[] Square(double[] points) => [.. Enumerable.Range(0, points.Length / 2).Select(i =>
            points[2 * i] is >= 0 and <= 1 / 0.83 && points[(2 * i) + 1] is >= 0 and <= 1 / 0.83 ? 2 * Math.Log(0.83) : double.NegativeInfinity)];
        var integral = DensityIntegral.OnSampledCells(Square, samples, 2e-3);
        Assert.Equal(1, integral.Value, 4e-3);
        Assert.InRange(integral.ErrorEstimate, 1e-5, 1e-2);
    }

    [Fact]
    public void OnGrid_OfAGaussian_IsOne()
    {
        static double[] Gaussian(double[] points) => [.. Enumerable.Range(0, points.Length / 2).Select(i =>
            (-0.5 * ((points[2 * i] * points[2 * i]) + (points[(2 * i) + 1] * points[(2 * i) + 1]))) - Math.Log(2 * Math.PI))];
        Assert.Equal(1, DensityIntegral.OnGrid(Gaussian, new Rectangle(-8, 8, -8, 8), 100, 80).Value, 1e-12);
    }

    [Fact]
    public void Measure_TheRoundTrip_FallsWithTheTolerance()
    {
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [16, 16] }, TestFlows.Unit(2));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float32, CPU);
        parameters.Flat.Scale(2.5); // a field that takes tens of steps: with a few, errors of both ways can cancel
        var points = RoundTrip.Measure(model, parameters, TestFlows.Exact(1e-5), TestFlows.Normal(200, 2).data<double>().ToArray(), TestFlows.Source);
        var wide = points.Where(p => p.DType == "float64").ToArray();
        Assert.All(wide, p => Assert.InRange(p.Median, 0, 10 * p.Tolerance));
        Assert.All(wide.Zip(wide.Skip(1)), pair => Assert.True(pair.Second.Median < pair.First.Median));
        Assert.InRange(points.Single(p => p.DType == "float32").Median, 0, 1e-5);
    }
}
