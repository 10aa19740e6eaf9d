using FlowOde.Flows.Layers;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>Scratch memory for chains of layers, whose cotangents lie layer by layer, so that a pullback may go through any piece of the chain.</summary>
/// <param name="bottleneck">The layer before which tangents enter and after which they leave; 0 for none.</param>
internal abstract class ChainWorkspace(int bottleneck) : NetworkWorkspace
{
    private Dual? _outputCotangent;
    private ChainTape? _values;
    private RowLayers? _rowLayers;

    /// <summary>Number of the hidden layer that tangents enter behind and leave at, counted from 1; 0 where they go from input to output.</summary>
    internal int Bottleneck => bottleneck;

    /// <summary>W(t) and b(t) at a time that all rows share.</summary>
    internal abstract LayerFold Fold { get; }

    /// <summary>What takes the place of <see cref="Fold"/> for the tape at hand, where each of its rows has a time of its own; else null.</summary>
    internal RowLayers? ByRow { get; private set; }

    /// <summary>Cotangents of what each layer puts out before its activation.</summary>
    internal abstract Dual[] UnitCotangent { get; }

    /// <summary>Cotangents of the activation's own parameters.</summary>
    internal abstract IReadOnlyList<torch.Tensor> ActivationCotangent { get; }

    /// <summary>A tape of values alone, which serves on the way to the bottleneck.</summary>
    internal ChainTape Values => _values ??= CreateTape(0);

    /// <inheritdoc/>
    public sealed override Dual OutputCotangent => bottleneck == 0 ? UnitCotangent[^1] : _outputCotangent ??= CreateOutput();

    /// <inheritdoc/>
    public sealed override void Dispose()
    {
        _outputCotangent?.Dispose();
        _rowLayers?.Dispose();
        _values?.Dispose();
        DisposeScratch();
    }

    /// <summary>Makes layers those of the tape's time, of the parameters as they are now.</summary>
    internal void GoTo(ChainTape tape)
    {
        ByRow = LayersOf(tape);
        if (ByRow is not null)
        {
            ByRow.Fold(tape.RowTimes!);
            return;
        }

        Fold.Fold(tape.Time);
        AfterFold();
    }

    /// <summary>As <see cref="GoTo"/>, but trusts that parameters are as they were then: while a tape is live.</summary>
    internal void ReturnTo(ChainTape tape)
    {
        ByRow = LayersOf(tape);
        if (ByRow is not null)
        {
            ByRow.FoldAgain(tape.RowTimes!);
            return;
        }

        Fold.FoldAgain(tape.Time);
        AfterFold();
    }

    /// <summary>The whole chain, from the tape's input to its output.</summary>
    internal void Forward(ChainTape tape)
    {
        if (bottleneck > 0)
        {
            Networks.Bottleneck.Forward(tape, this);
        }
        else
        {
            tape.Forward(0, tape.Inputs.Length);
        }
    }

    /// <summary>From <see cref="OutputCotangent"/> to the cotangents of what all layers put out, and of the activation's own parameters.</summary>
    internal void Pullback(ChainTape tape)
    {
        if (bottleneck > 0)
        {
            Networks.Bottleneck.Pullback(tape, this);
            return;
        }

        ClearActivationCotangent();
        tape.Pullback(0, tape.Inputs.Length);
    }

    /// <summary>Makes those of the activation zero.</summary>
    internal void ClearActivationCotangent()
    {
        foreach (var cotangent in ActivationCotangent)
        {
            cotangent.fill_(CachedScalars.Zero);
        }
    }

    /// <summary>What is to be done with layers at a shared time before they are used; nothing by default.</summary>
    private protected virtual void AfterFold()
    {
    }

    /// <summary>The layers at a time for each row.</summary>
    private protected abstract RowLayers CreateRowLayers();

    /// <summary>A tape with this number of tangents.</summary>
    private protected abstract ChainTape CreateTape(int tangents);

    /// <summary>A dual of the network's output.</summary>
    private protected abstract Dual CreateOutput();

    /// <summary>Frees what the derived class holds.</summary>
    private protected abstract void DisposeScratch();

    private RowLayers? LayersOf(ChainTape tape) => tape.RowTimes is null ? null : _rowLayers ??= CreateRowLayers();
}
