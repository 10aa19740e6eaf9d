using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Cli.Benching;

/// <summary>A network whose work is measured. Its tapes and results are the network's own.</summary>
/// <param name="network">The network.</param>
/// <param name="meters">Told of every call.</param>
internal sealed class MeteredNetwork(INetwork network, NetworkMeters meters) : INetwork
{
    /// <inheritdoc/>
    public long Dimension => network.Dimension;

    /// <inheritdoc/>
    public long DirectionDimension => network.DirectionDimension;

    /// <inheritdoc/>
    public long ContextDimension => network.ContextDimension;

    /// <inheritdoc/>
    public FlatVector Parameters => network.Parameters;

    /// <inheritdoc/>
    public long Products => network.Products;

    /// <inheritdoc/>
    public TangentProduct TangentProduct => network.TangentProduct;

    /// <inheritdoc/>
    public NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents) => network.CreateWorkspace(spec, tangents);

    /// <inheritdoc/>
    public void Forward(EvaluationTime time, NetworkTape tape) =>
        meters.Forward.Measure(static call => call.network.Forward(call.time, call.tape), (network, time, tape), Operations(tape));

    /// <inheritdoc/>
    public DualExpression Express(torch.Tensor time, DualExpression input, torch.Tensor? context, IReadOnlyList<torch.Tensor> parameters) => network.Express(time, input, context, parameters);

    /// <inheritdoc/>
    public void Pullback(NetworkTape tape, torch.Tensor intoInput, torch.Tensor? intoContext = null) =>
        meters.Pullback.Measure(static call => call.network.Pullback(call.tape, call.intoInput, call.intoContext), (network, tape, intoInput, intoContext), Operations(tape));

    /// <inheritdoc/>
    public void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, torch.Tensor? intoTime) =>
        meters.Parameters.Measure(static call => call.network.PullbackParameters(call.tape, call.weight, call.intoGradient, call.intoTime), (network, tape, weight, intoGradient, intoTime), Operations(tape));

    /// <summary>A multiplication and an addition for each product of each row and tangent.</summary>
    private long Operations(NetworkTape tape) => 2 * network.Products * tape.Input.Rows * (1 + tape.Input.TangentCount);
}
