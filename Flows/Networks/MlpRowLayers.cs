using FlowOde.Flows.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>The layers of a multilayer perceptron at a time for each row.</summary>
internal sealed class MlpRowLayers : RowLayers
{
    private readonly LayerSizes _sizes;
    private readonly AffineLayers _weights;
    private readonly AffineLayers _cotangent;
    private readonly Tensor _ones;

    internal MlpRowLayers(MlpWorkspace workspace)
        : base(workspace.Network.Options.LayerType.CreateRowFold(workspace.Network.Sizes, workspace.Network.Parameters, workspace.Rows), workspace.Network.Parameters, workspace.Rows, CreateScratch(workspace))
    {
        var parameters = workspace.Network.Parameters;
        (_sizes, _cotangent, _ones, _weights) = (workspace.Network.Sizes, workspace.WeightCotangent, workspace.Ones, new(workspace.Network.Sizes, parameters.DType, parameters.Device));
        NoBias = [.. workspace.UnitBias.Select(bias => zeros_like(bias).DetachFromDisposeScope())];
    }

    internal override IReadOnlyList<Tensor> NoBias { get; }

    private protected override Tensor Parts(int layer, Tensor rows) => rows.view(-1, Rows, rows.size(1)).narrow(2, 0, _sizes.Out(layer));

    private protected override Tensor Output(int layer, Dual dual) => dual.Stacked;

    private protected override Tensor Spread(Tensor scale) => scale;

    private protected override void Load(int layer, Tensor weight) => _weights.Weight[layer].copy_(weight);

    private protected override void Multiply(int layer, Tensor input, Tensor into) => into.addmm_(input, _weights.MatrixTransposed[layer], 0f, 1f);

    private protected override void PullbackProduct(int layer, Tensor cotangent, Tensor into, bool adds) => into.addmm_(cotangent, _weights.Matrix[layer], adds ? 1f : 0f, 1f);

    private protected override Tensor PullbackWeight(int layer, Tensor cotangent, Tensor input)
    {
        _cotangent.Matrix[layer].addmm_(cotangent.t(), input, 0f, 1f);
        return _cotangent.Weight[layer];
    }

    private protected override Tensor? Map(int layer, RowTerm term) => term.Bias;

    private protected override void PullbackMap(int layer, Tensor cotangent, Scalar weight, RowTerm intoTerm) => intoTerm.Bias!.add_(cotangent, weight);

    private protected override Tensor SumOverRows(Tensor values, Tensor? scale) => mv(values.t(), scale is null ? _ones : scale.view(-1));

    private protected override Tensor SumWithinRows(Tensor values, Tensor map) => mv(values, map).unsqueeze(1);

    private protected override void DisposeScratch()
    {
        _weights.Dispose();
        foreach (var bias in NoBias)
        {
            bias.Dispose();
        }
    }

    /// <summary>A dual for each number of outputs: rounded up in memory, they would leave numbers behind in each other's padding.</summary>
    private static Dual[] CreateScratch(MlpWorkspace workspace)
    {
        var sizes = workspace.Network.Sizes;
        int[] layers = [.. Enumerable.Range(0, sizes.Count)];
        var byWidth = layers.GroupBy(sizes.Out).ToDictionary(
            group => group.Key,
            group => new Dual(workspace.Rows, workspace.Tangents, sizes.Stored.Out(group.First()), workspace.Network.Parameters.DType, workspace.Network.Parameters.Device));
        return [.. layers.Select(l => byWidth[sizes.Out(l)])];
    }
}
