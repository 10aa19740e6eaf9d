using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>Folded weights and reverse buffers of a multilayer perceptron.</summary>
internal sealed class MlpWorkspace : ChainWorkspace
{
    /// <summary>Below this width a matrix product into columns is several times faster than into rows (measured with MKL).</summary>
    internal const int Skinny = 16;

    internal MlpWorkspace(MlpNetwork network, long rows, int tangents)
        : base(tangents == 0 ? 0 : network.Options.BottleneckLayer)
    {
        (Network, Rows, Tangents) = (network, rows, tangents);
        var (sizes, dtype, device) = (network.Sizes, network.Parameters.DType, network.Parameters.Device);
        using var scope = NewDisposeScope();
        Fold = network.Options.LayerType.CreateFold(sizes, network.Parameters);
        var stored = sizes.Stored;
        Cotangent = [.. Enumerable.Range(0, sizes.Count).Select(l => new Dual(rows, tangents, stored.Out(l), dtype, device))];
        UnitCotangent = sizes.OutputsPerUnit == 1 ? Cotangent : [.. Enumerable.Range(0, sizes.Count).Select(l => new Dual(rows, tangents, sizes.Widths[l + 1], dtype, device))];
        UnitBias = sizes.OutputsPerUnit == 1 ? Fold.Affine.Column : [.. Enumerable.Range(0, sizes.Count).Select(l => zeros(sizes.Widths[l + 1], dtype: dtype, device: device).DetachFromDisposeScope())];
        FirstCotangentValues = Cotangent[0].Values.narrow(1, 0, sizes.Out(0)).DetachFromDisposeScope();
        WeightCotangent = new(sizes, dtype, device, transposeWide: true);
        Ones = ones(rows, dtype: dtype, device: device).DetachFromDisposeScope();
        InputCotangent = sizes.In(0) < Skinny ? new(rows, 0, sizes.In(0), dtype, device, columnMajor: true) : null;
        var hidden = stored.Widths.Skip(1).Take(sizes.Count - 1).Distinct().ToDictionary(width => width, width => new ActivationScratch(rows, width, dtype, device));
        Scratch = [.. Enumerable.Range(0, sizes.Count - 1).Select(l => hidden[stored.Widths[l + 1]])];
        var (first, count) = network.Options.ActivationParameters.GetOffsetAndLength(int.MaxValue);
        ActivationParameters = [.. Enumerable.Range(first, count).Select(i => network.Parameters[i])];
        Context = ContextTerm.Create(network.Options, network.Parameters);
        ActivationCotangent = [.. ActivationParameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }

    internal MlpNetwork Network { get; }

    internal long Rows { get; }

    internal int Tangents { get; }

    internal override LayerFold Fold { get; }

    /// <summary>Cotangents of what each affine part puts out.</summary>
    internal Dual[] Cotangent { get; }

    /// <inheritdoc/>
    /// <remarks><see cref="Cotangent"/>, unless half of that gates the other.</remarks>
    internal override Dual[] UnitCotangent { get; }

    /// <summary>What activations add to their inputs: the biases, unless gates have added those; then zeros.</summary>
    internal IReadOnlyList<Tensor> UnitBias { get; }

    /// <summary>The values of the first of <see cref="Cotangent"/> without padding, [B, out].</summary>
    internal Tensor FirstCotangentValues { get; }

    /// <summary>Cotangents of W(t) and b(t).</summary>
    internal AffineLayers WeightCotangent { get; }

    /// <summary>Cotangent of the input values where they are few columns, else null.</summary>
    internal Dual? InputCotangent { get; }

    /// <summary>[B] ones: a sum over rows is a product with them.</summary>
    internal Tensor Ones { get; }

    /// <summary>Buffers of each hidden layer's activation; layers of equal width share them.</summary>
    internal ActivationScratch[] Scratch { get; }

    internal Tensor[] ActivationParameters { get; }

    /// <summary>What the context adds; null where there is none.</summary>
    internal ContextTerm? Context { get; }

    internal override IReadOnlyList<Tensor> ActivationCotangent { get; }

    public override NetworkTape CreateTape() => CreateTape(Tangents);

    /// <summary>A dual of what a layer takes or puts out; few columns that are written by products lie together.</summary>
    internal Dual CreateDual(int tangents, long width, bool isOutput) => new(Rows, tangents, width, Network.Parameters.DType, Network.Parameters.Device, columnMajor: isOutput && width < Skinny);

    private protected override RowLayers CreateRowLayers() => new MlpRowLayers(this);

    private protected override ChainTape CreateTape(int tangents) => MlpTape.Create(this, tangents);

    private protected override Dual CreateOutput() => CreateDual(Tangents, Network.Dimension, isOutput: false);

    private protected override void DisposeScratch()
    {
        Fold.Dispose();
        WeightCotangent.Dispose();
        Context?.Dispose();
        InputCotangent?.Dispose();
        Ones.Dispose();
        FirstCotangentValues.Dispose();
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. Cotangent.Union(UnitCotangent), .. ReferenceEquals(UnitCotangent, Cotangent) ? [] : UnitBias, .. Scratch.Distinct(), .. ActivationCotangent])
        {
            part.Dispose();
        }
    }
}
