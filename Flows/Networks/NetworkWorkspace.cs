using FlowOde.Flows.Layers;

namespace FlowOde.Flows.Networks;

/// <summary>Scratch memory of one solve for one network: folded weights and reverse buffers. Not thread-safe.</summary>
public abstract class NetworkWorkspace : IDisposable
{
    /// <summary>Where a pullback starts: the cotangents of the output's values [B, D] and tangents [K, B, D], written by the caller.</summary>
    public abstract Dual OutputCotangent { get; }

    /// <summary>Makes a tape. Belongs to the caller, who disposes it before this workspace.</summary>
    public abstract NetworkTape CreateTape();

    /// <inheritdoc/>
    public abstract void Dispose();
}
