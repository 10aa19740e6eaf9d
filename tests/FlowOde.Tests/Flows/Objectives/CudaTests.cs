using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Objectives;

public class CudaTests
{
    /// <summary>Loss and gradient of every gradient method on the GPU are those of the CPU.</summary>
    [CudaFact]
    public void Evaluate_OnTheGpu_GivesTheCpusLossAndGradient()
    {
        foreach (var adjoint in AdjointCatalog.All)
        {
            var (loss, gradient) = Evaluate(adjoint, CPU);
            var (gpuLoss, gpuGradient) = Evaluate(adjoint, CUDA);
            Assert.Equal(loss, gpuLoss, 1e-12);
            Assert.InRange(gradient.Zip(gpuGradient, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-10);
        }
    }

    private static (double Loss, double[] Gradient) Evaluate(IAdjoint adjoint, Device device)
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 3, Hidden = [16, 16] }, TestFlows.Unit(3));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, device);
        var flow = model.Bind(parameters, TestFlows.Steps(8, new HutchinsonTrace(2)) with { Adjoint = adjoint, Regularizers = [KnownRegularizers.Named("kinetic-energy")] });
        using var gradient = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(20, 3).to(device), [.. Enumerable.Range(0, 20).Select(i => (long)i)]);
        var result = new NegativeLogLikelihood([0.1]).Evaluate(flow, batch, TestFlows.Draw(20), 20, gradient);
        return (result.Loss, gradient.Flat.cpu().data<double>().ToArray());
    }
}
