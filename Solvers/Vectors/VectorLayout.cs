namespace FlowOde.Solvers.Vectors;

/// <summary>
/// Names the parts of a flat vector: an ODE state, or all parameters of a model. Segments lie in the given order, each at a
/// multiple of <see cref="Alignment"/> entries; the entries between them are always zero.
/// </summary>
public sealed class VectorLayout : IEquatable<VectorLayout>
{
    /// <summary>Every segment starts at a multiple of this many entries: 64 bytes in float32, 128 in float64.</summary>
    public const int Alignment = 16;

    private readonly Segment[] _segments;
    private readonly Dictionary<string, int> _indices;
    private readonly string _signature;

    /// <summary>Lays the segments behind each other.</summary>
    /// <param name="segments">The segments; their offsets are assigned here.</param>
    /// <exception cref="ArgumentException">Two segments share a name, or batched segments disagree about the number of rows.</exception>
    public VectorLayout(params IEnumerable<Segment> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var placed = new List<Segment>();
        _indices = new(StringComparer.Ordinal);
        long offset = 0;
        foreach (var segment in segments)
        {
            if (!_indices.TryAdd(segment.Name, placed.Count))
            {
                throw new ArgumentException($"Two segments are named '{segment.Name}'; names must be unique within a layout.", nameof(segments));
            }

            placed.Add(segment with { Offset = offset });
            offset += (segment.Length + Alignment - 1) / Alignment * Alignment;
        }

        _segments = [.. placed];
        Length = offset;
        Rows = CommonRows();
        EvolvingRanges = Ranges(SegmentRole.Evolving);
        ConstantRanges = Ranges(SegmentRole.Constant);
        QuadratureRanges = Ranges(SegmentRole.Quadrature);
        DerivativeRanges = Ranges(SegmentRole.Evolving, SegmentRole.Quadrature);
        StateRanges = Ranges(SegmentRole.Evolving, SegmentRole.Constant);
        _signature = string.Join(';', _segments.Select(s => $"{s} {s.IsBatched} {s.InNorm}"));
    }

    /// <summary>The layout without segments, of a field that has no parameters.</summary>
    public static VectorLayout Empty { get; } = new();

    /// <summary>The segments in order, with their offsets.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Number of entries of the vector, padding included.</summary>
    public long Length { get; }

    /// <summary>Number of rows of the batched segments; 0 where none is batched.</summary>
    public long Rows { get; }

    /// <summary>Where the evolving segments lie, neighbours joined.</summary>
    public VectorRange[] EvolvingRanges { get; }

    /// <summary>Where the constant segments lie.</summary>
    public VectorRange[] ConstantRanges { get; }

    /// <summary>Where the quadrature segments lie.</summary>
    public VectorRange[] QuadratureRanges { get; }

    /// <summary>What a derivative holds: evolving and quadrature segments.</summary>
    public VectorRange[] DerivativeRanges { get; }

    /// <summary>What a field reads: evolving and constant segments.</summary>
    public VectorRange[] StateRanges { get; }

    /// <summary>The index of a segment.</summary>
    /// <exception cref="ArgumentException">No segment has this name; the message lists those that exist.</exception>
    public int IndexOf(string name) => _indices.TryGetValue(name, out int index)
        ? index
        : throw new ArgumentException($"There is no segment '{name}'. The layout has: {string.Join(", ", _indices.Keys)}.", nameof(name));

    /// <summary>
    /// The layout of a cotangent: the same places with Constant and Quadrature swapped, since the cotangent of a quadrature never
    /// changes and that of a constant is an integral.
    /// </summary>
    public VectorLayout Adjoint() => Map(segment => segment with
    {
        Role = segment.Role switch
        {
            SegmentRole.Constant => SegmentRole.Quadrature,
            SegmentRole.Quadrature => SegmentRole.Constant,
            _ => segment.Role,
        },
    });

    /// <summary>The layout with each segment replaced.</summary>
    public VectorLayout Map(Func<Segment, Segment> change) => new(_segments.Select(change));

    /// <summary>Layouts behind each other, the names of each behind a prefix.</summary>
    /// <param name="parts">Prefix and layout of each part. Part i starts where the lengths before it end.</param>
    public static VectorLayout Concatenate(params IEnumerable<(string Prefix, VectorLayout Layout)> parts) =>
        new(parts.SelectMany(part => part.Layout._segments.Select(segment => segment with { Name = part.Prefix + segment.Name })));

    /// <inheritdoc/>
    public bool Equals(VectorLayout? other) => other is not null && (ReferenceEquals(this, other) || _signature == other._signature);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VectorLayout);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_signature);

    /// <summary>The segments as text, for messages.</summary>
    public override string ToString() => string.Join("; ", _segments.Select(s => s.ToString()));

    private long CommonRows()
    {
        long rows = 0;
        foreach (var segment in _segments.Where(s => s.IsBatched))
        {
            long here = segment.Shape.Length == 0 ? 0 : segment.Shape[0];
            if (rows != 0 && here != rows)
            {
                throw new ArgumentException($"Batched segments have {rows} and {here} rows ('{segment.Name}'); a batch has one number of rows.");
            }

            rows = here;
        }

        return rows;
    }

    private VectorRange[] Ranges(params ReadOnlySpan<SegmentRole> roles)
    {
        var ranges = new List<VectorRange>();
        for (int i = 0; i < _segments.Length; i++)
        {
            if (!roles.Contains(_segments[i].Role) || _segments[i].Length == 0)
            {
                continue;
            }

            var segment = _segments[i];
            if (ranges.Count > 0 && segment.Offset - (ranges[^1].Offset + ranges[^1].Length) < Alignment && !SkipsSegment(ranges[^1], segment))
            {
                ranges[^1] = ranges[^1] with { Length = segment.Offset + segment.Length - ranges[^1].Offset };
            }
            else
            {
                ranges.Add(new(segment.Offset, segment.Length));
            }
        }

        return [.. ranges];
    }

    /// <summary>Whether a non-empty segment of another role lies between a range and the next segment.</summary>
    private bool SkipsSegment(VectorRange range, Segment next) =>
        Array.Exists(_segments, s => s.Length > 0 && s.Offset >= range.Offset + range.Length && s.Offset < next.Offset);
}
