using FlowOde.Flows.Layers;

namespace FlowOde.Flows.Networks;

/// <summary>What one evaluation of a network leaves for its pullback. Belongs to whoever made it.</summary>
/// <param name="workspace">The workspace that made it, which outlives it.</param>
/// <param name="input">The input; the tape's own.</param>
/// <param name="output">The output; the tape's own.</param>
public abstract class NetworkTape(NetworkWorkspace workspace, Dual input, Dual output) : IDisposable
{
    /// <summary>The workspace that made this tape.</summary>
    public NetworkWorkspace Workspace { get; } = workspace;

    /// <summary>The input, [B, D] values and [K, B, D] tangents; written by the caller before an evaluation.</summary>
    public Dual Input { get; } = input;

    /// <summary>The output, [B, D] values and [K, B, D] tangents.</summary>
    public Dual Output { get; } = output;

    /// <summary>Native memory in bytes.</summary>
    public abstract long Bytes { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
