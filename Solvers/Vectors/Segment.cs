namespace FlowOde.Solvers.Vectors;

/// <summary>One named part of a flat vector. Its place is given by the <see cref="VectorLayout"/> it belongs to.</summary>
public sealed record Segment
{
    /// <summary>Describes a segment.</summary>
    /// <param name="name">The name, unique within its layout.</param>
    /// <param name="shape">The shape; every length at least 0. A batched segment's first length is the batch.</param>
    public Segment(string name, params long[] shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(shape);
        if (Array.Exists(shape, length => length < 0))
        {
            throw new ArgumentException($"Segment '{name}' has a negative length in its shape [{string.Join(", ", shape)}].", nameof(shape));
        }

        (Name, Shape) = (name, [.. shape]);
    }

    /// <summary>The name, unique within its layout.</summary>
    public string Name { get; init; }

    /// <summary>The shape of the segment's view.</summary>
    public long[] Shape { get; }

    /// <summary>What a solver does with it.</summary>
    /// <value><see cref="SegmentRole.Evolving"/> by default.</value>
    public SegmentRole Role { get; init; } = SegmentRole.Evolving;

    /// <summary>Whether the first length of the shape counts rows of a batch; otherwise the segment is shared by all rows.</summary>
    /// <value>False by default, as for parameters.</value>
    public bool IsBatched { get; init; }

    /// <summary>Whether the segment counts in the error norm.</summary>
    /// <value>True by default.</value>
    public bool InNorm { get; init; } = true;

    /// <summary>Number of entries.</summary>
    public long Length => Shape.Aggregate(1L, (product, length) => product * length);

    /// <summary>First entry in the flat vector, a multiple of <see cref="VectorLayout.Alignment"/>.</summary>
    public long Offset { get; internal init; }

    /// <summary>The shape as text, for messages.</summary>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}] {Role}";
}
