using FlowOde.Flows.Layers;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>What one evaluation of a network leaves for its pullback. Belongs to whoever made it.</summary>
/// <param name="workspace">The workspace that made it, which outlives it.</param>
/// <param name="input">The input; the tape's own.</param>
/// <param name="output">The output; the tape's own.</param>
/// <param name="contextDimension">Number C of the numbers of a row's context; 0 for none.</param>
public abstract class NetworkTape(NetworkWorkspace workspace, Dual input, Dual output, long contextDimension) : IDisposable
{
    /// <summary>The workspace that made this tape.</summary>
    public NetworkWorkspace Workspace { get; } = workspace;

    /// <summary>The input, [B, D] values and [K, B, D] tangents; written by the caller before an evaluation.</summary>
    public Dual Input { get; } = input;

    /// <summary>The output, [B, D] values and [K, B, D] tangents.</summary>
    public Dual Output { get; } = output;

    /// <summary>The context [B, C], zeros at first; written by the caller before an evaluation. Null where the network has none. The tape's own.</summary>
    public torch.Tensor? Context { get; } = contextDimension == 0
        ? null
        : torch.zeros(input.Rows, contextDimension, dtype: input.Values.dtype, device: input.Values.device).DetachFromDisposeScope();

    /// <summary>Native memory in bytes.</summary>
    public abstract long Bytes { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Context?.Dispose();
        DisposeKept();
    }

    /// <summary>Frees what the derived class holds, with input and output.</summary>
    protected abstract void DisposeKept();
}
