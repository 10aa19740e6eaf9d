using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// What layers leave for their pullback. A layer hands its output on as the input of the next, in the same memory, but at a bottleneck: there the tangents that
/// come in are others than those that go on.
/// </summary>
internal abstract class ChainTape : NetworkTape
{
    /// <summary>Makes a tape; all duals and tapes are its own from now on.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="ends">Input and output; those of the first and last layer, but where there is a bottleneck.</param>
    /// <param name="inputs">The input of each layer.</param>
    /// <param name="outputs">What each layer hands on.</param>
    /// <param name="gates">The gating of each layer.</param>
    /// <param name="activations">The tape of the activation after each layer but the last.</param>
    /// <param name="context">Number of the numbers of a row's context.</param>
    private protected ChainTape(NetworkWorkspace workspace, (Dual Input, Dual Output) ends, Dual[] inputs, Dual[] outputs, HalfGates gates, ActivationTape[] activations, long context)
        : base(workspace, ends.Input, ends.Output, context)
    {
        (Inputs, Outputs, Gates, Activations) = (inputs, outputs, gates, activations);
        Bytes = Duals.Sum(dual => dual.Footprint) + activations.Sum(activation => activation.Footprint) + gates.Footprint;
    }

    /// <summary>The input of each layer, which is the output of the activation before it.</summary>
    internal Dual[] Inputs { get; }

    /// <summary>What each layer hands on.</summary>
    internal Dual[] Outputs { get; }

    /// <summary>The gating of each layer; none where layers have none.</summary>
    internal HalfGates Gates { get; }

    /// <summary>The tape of the activation after each layer but the last.</summary>
    internal ActivationTape[] Activations { get; }

    /// <summary>The time of the evaluation.</summary>
    internal double Time { get; set; } = double.NaN;

    public sealed override long Bytes { get; }

    private IEnumerable<Dual> Duals => Inputs.Union(Outputs).Union([Input, Output]);

    /// <summary>The layers from one to before another, with their activations.</summary>
    internal abstract void Forward(int from, int to);

    /// <summary>From <see cref="ChainWorkspace.UnitCotangent"/> of the last of these layers, behind its activation, to the cotangents of what all of them put out.</summary>
    internal abstract void Pullback(int from, int to);

    /// <summary>From the cotangent of what a layer puts out to that of its input.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="tangents">Whether that of the tangents; else that of the values.</param>
    /// <param name="into">Receives it.</param>
    internal abstract void PullbackInput(int layer, bool tangents, Dual into);

    /// <summary>Tangents of what a layer takes, in the order of a row: [K·B, width], of images [K·B, channels, H, W].</summary>
    internal abstract torch.Tensor TangentsOf(Dual dual, int layer);

    /// <summary>Frees the derived class's views.</summary>
    private protected abstract void DisposeViews();

    protected sealed override void DisposeKept()
    {
        DisposeViews();
        foreach (IDisposable part in (IEnumerable<IDisposable>)[Gates, .. Duals.ToArray(), .. Activations])
        {
            part.Dispose();
        }
    }

    /// <summary>What each layer hands on: the input of the next, but at a bottleneck and the end.</summary>
    private protected static Dual[] OutputsOf(Dual[] inputs, int bottleneck, Func<int, Dual> create) =>
        [.. Enumerable.Range(1, inputs.Length).Select(l => l < inputs.Length && l != bottleneck ? inputs[l] : create(l))];
}
