using FlowOde.Flows.Composition;
using FlowOde.Samplers.Checks;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Checks;

public sealed class RoundTripTests
{
    [Fact]
    public void Measure_OfAModelWithNorms_UsesTheirStatisticsAtEachTolerance()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 2, Blocks = 2, Hidden = [6], HasBatchNorm = true }, TestFlows.Unit(2));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float32, CPU);
        using var statistics = model.CreateStatistics(ScalarType.Float32, CPU);
        double[] rows = TestFlows.Normal(20, 2).data<double>().ToArray();
        var fresh = RoundTrip.Measure(model, parameters, TestFlows.Exact(1e-5), rows, TestFlows.Source);
        statistics["norm1.variance"].Fill(4.0);
        var points = RoundTrip.Measure(model, parameters, TestFlows.Exact(1e-5), rows, TestFlows.Source, statistics);
        Assert.All(points, point => Assert.InRange(point.Largest, 0, 100 * Math.Max(point.Tolerance, 1e-6)));
        Assert.True(Math.Abs(points[0].MeanNegativeLogDensity - fresh[0].MeanNegativeLogDensity) > 0.1);
    }
}
