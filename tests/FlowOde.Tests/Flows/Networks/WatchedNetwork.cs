using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>A network that tells of its calls and is otherwise another one.</summary>
internal sealed class WatchedNetwork(INetwork network) : INetwork
{
    /// <summary>Told of the rows and tangents of each workspace.</summary>
    public Action<long, int> Created { get; init; } = (_, _) => { };

    public long Dimension => network.Dimension;

    public long DirectionDimension => network.DirectionDimension;

    public long ContextDimension => network.ContextDimension;

    public FlatVector Parameters => network.Parameters;

    public long Products => network.Products;

    public TangentProduct TangentProduct => network.TangentProduct;

    public NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents)
    {
        Created(spec.Rows, tangents);
        return network.CreateWorkspace(spec, tangents);
    }

    public void Forward(EvaluationTime time, NetworkTape tape) => network.Forward(time, tape);

    public DualExpression Express(torch.Tensor time, DualExpression input, torch.Tensor? context, IReadOnlyList<torch.Tensor> parameters) => network.Express(time, input, context, parameters);

    public void Pullback(NetworkTape tape, torch.Tensor intoInput, torch.Tensor? intoContext = null) => network.Pullback(tape, intoInput, intoContext);

    public void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, torch.Tensor? intoTime) =>
        network.PullbackParameters(tape, weight, intoGradient, intoTime);
}
