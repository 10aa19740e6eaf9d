using FlowOde.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>The values of another network's expression, differentiated by autograd.</summary>
internal sealed class ExpressedNetwork(INetwork network) : AutogradNetwork(network.Parameters)
{
    /// <summary>What is evaluated in place of the network, where given: time, values and parameters.</summary>
    public Func<Tensor, Tensor, IReadOnlyList<Tensor>, Tensor>? Instead { get; init; }

    public override long Dimension => network.Dimension;

    public override long ContextDimension => network.ContextDimension;

    public override long Products => network.Products;

    protected override Tensor ExpressValues(Tensor time, Tensor values, Tensor? context, IReadOnlyList<Tensor> parameters) =>
        Instead?.Invoke(time, values, parameters) ?? network.Express(time, new(values, null), context, parameters).Values;
}
