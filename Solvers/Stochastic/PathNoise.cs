using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Stochastic;

/// <summary>Increments of a Brownian path as flat vectors, one after another: each takes one query, since where it starts the last one ended.</summary>
/// <param name="path">The path; it fits the layout.</param>
/// <param name="layout">The layout of the state.</param>
internal sealed class PathNoise(BrownianPath path, VectorLayout layout)
{
    private double[] _before = new double[path.Rows * path.Columns];
    private double[] _after = new double[path.Rows * path.Columns];

    /// <summary>Refuses a path that is not that of a layout.</summary>
    public static void Check(BrownianPath path, VectorLayout layout)
    {
        if (Evolving(layout).FirstOrDefault(segment => !segment.IsBatched) is { } shared)
        {
            throw new ArgumentException($"All rows share the segment '{shared.Name}', so that no row's Brownian motion is that of its noise. Give every row its own.");
        }

        long columns = Evolving(layout).Sum(Columns);
        if (path.Rows != layout.Rows || path.Columns != columns)
        {
            throw new ArgumentException($"The Brownian path has {path.Rows} rows of {path.Columns} columns; the state ({layout}) has {layout.Rows} rows of {columns} evolving entries.");
        }
    }

    /// <summary>Begins at a time.</summary>
    public void Begin(double time) => path.Read(time, _before);

    /// <summary>Writes W(time) − W(the time before) into the evolving segments.</summary>
    /// <param name="time">The time.</param>
    /// <param name="into">Receives it, in the layout of the state; other segments are not written.</param>
    public void Next(double time, FlatVector into)
    {
        path.Read(time, _after);
        int from = 0;
        foreach (var (segment, index) in layout.Segments.Select((segment, index) => (segment, index)).Where(pair => pair.segment.Role == SegmentRole.Evolving))
        {
            int columns = (int)Columns(segment);
            if (into.IsOnCpu && into.DType == ScalarType.Float64)
            {
                Write(from, columns, into.AsSpan<double>(index));
            }
            else if (into.IsOnCpu)
            {
                Write(from, columns, into.AsSpan<float>(index));
            }
            else
            {
                double[] entries = new double[segment.Length];
                Write(from, columns, entries.AsSpan());
                using var scope = NewDisposeScope();
                into[index].copy_(tensor(entries).reshape(segment.Shape));
            }

            from += columns;
        }

        (_before, _after) = (_after, _before);
    }

    private static IEnumerable<Segment> Evolving(VectorLayout layout) => layout.Segments.Where(segment => segment.Role == SegmentRole.Evolving);

    private static long Columns(Segment segment) => segment.Shape.Skip(1).Aggregate(1L, (product, length) => product * length);

    private void Write<T>(int from, int columns, Span<T> into)
        where T : struct, System.Numerics.INumber<T>
    {
        for (int i = 0; i < into.Length; i++)
        {
            int at = (i / columns * path.Columns) + from + (i % columns);
            into[i] = T.CreateTruncating(_after[at] - _before[at]);
        }
    }
}
