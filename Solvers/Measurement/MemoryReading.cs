namespace FlowOde.Solvers.Measurement;

/// <summary>What a piece of work took of a memory.</summary>
/// <param name="Before">Bytes in use just before it.</param>
/// <param name="Peak">The most bytes in use at a time while it ran, what was in use before included.</param>
/// <param name="Method">How the peak was found, in a few words.</param>
public sealed record MemoryReading(long Before, long Peak, string Method)
{
    /// <summary>Bytes of the peak above those in use before; at least 0.</summary>
    public long Above => Math.Max(0, Peak - Before);
}
