using FlowOde.Flows.Composition;
using FlowOde.Solvers.StepSizeControllers;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>How far p(x) of a row depends on the rows it is solved with: within the tolerance, whatever they are.</summary>
public class BatchMateTests
{
    private const double Tolerance = 1e-5;
    private const int Rows = 1000;

    [Theory]
    [InlineData("row")]
    [InlineData("segment")]
    public void ToBase_AloneOrAmongAThousand_GivesARowTheSameDensity(string norm)
    {
        double[] apart = Apart(norm);
        Assert.True(apart.Max() < 10 * Tolerance, $"{norm}: {apart.Max() / Tolerance:F2} tolerances");
        Assert.True(apart.Max() > 0, "all rows were solved with the same steps, which tests nothing");
    }

    private static double[] Apart(string norm)
    {
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [16, 16] }, TestFlows.Unit(2));
        using var scope = NewDisposeScope();
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        parameters.Flat.Scale(2); // a field that takes tens of steps
        using var flow = model.Bind(parameters, TestFlows.Exact(Tolerance) with { Norm = ErrorNormCatalog.Find(norm)! });
        var data = TestFlows.Normal(Rows, 2);
        double[] together = TestFlows.LogDensity(flow, data).data<double>().ToArray();
        return [.. Enumerable.Range(0, 20).Select(i => 47 * i).Select(row => Math.Abs(TestFlows.LogDensity(flow, data[row..(row + 1)]).data<double>()[0] - together[row]))];
    }
}
