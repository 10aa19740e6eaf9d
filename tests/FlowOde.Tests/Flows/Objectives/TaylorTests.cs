using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Objectives;

public class TaylorTests
{
    /// <summary>|L(θ + hδ) − L(θ) − h ∇L·δ| falls as h² along any direction, on the steps of the same grid and with the same probes.</summary>
    [Theory]
    [InlineData("tanh", 1)]
    [InlineData("sine", 2)]
    [InlineData("swish-learned", 1)]
    public void Gradient_AlongARandomDirection_LeavesASecondOrderRemainder(string activation, int blocks)
    {
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [12, 12], Activation = activation, Blocks = blocks }, TestFlows.Unit(2));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Steps(6, new HutchinsonTrace(2)));
        using var gradient = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(16, 2), [.. Enumerable.Range(0, 16).Select(i => (long)i)]);
        var objective = new NegativeLogLikelihood([]);
        double Loss(FlatVector into) => objective.Evaluate(flow, batch, TestFlows.Draw(16), 16, into).Loss;
        double start = Loss(gradient);

        using var scratch = parameters.CreateLike();
        using var origin = parameters.Clone();
        double[] direction = new double[parameters.Layout.Length];
        var random = new Random(5);
        foreach (var segment in parameters.Layout.Segments)
        {
            for (long i = segment.Offset; i < segment.Offset + segment.Length; i++)
            {
                direction[i] = (2 * random.NextDouble()) - 1;
            }
        }

        double slope = direction.Zip(gradient.AsSpan<double>().ToArray(), (d, g) => d * g).Sum();
        double Remainder(double h)
        {
            for (int i = 0; i < direction.Length; i++)
            {
                parameters.AsSpan<double>()[i] = origin.AsSpan<double>()[i] + (h * direction[i]);
            }

            return Math.Abs(Loss(scratch) - start - (h * slope));
        }

        double order = Math.Log2(Remainder(2e-4) / Remainder(1e-4));
        Assert.InRange(order, 1.95, 2.05);
    }
}
