namespace FlowOde.Solvers.Vectors;

/// <summary>A run of consecutive entries of a flat vector.</summary>
/// <param name="Offset">The first entry.</param>
/// <param name="Length">The number of entries.</param>
public readonly record struct VectorRange(long Offset, long Length);
