using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Rows;

/// <summary>Rows of one flat vector as rows of another, segment by segment.</summary>
internal static class RowSelection
{
    /// <summary>into[i] = from[rows[i]] for all rows of <paramref name="into"/>.</summary>
    public static void Gather(FlatVector from, ReadOnlySpan<long> rows, FlatVector into)
    {
        using var scope = NewDisposeScope();
        var index = Index(rows, from);
        for (int i = 0; i < from.Layout.Segments.Count; i++)
        {
            into[i].copy_(from[i].index_select(0, index));
        }
    }

    /// <summary>into[to[i]] = from[rows[i]].</summary>
    public static void Copy(FlatVector from, ReadOnlySpan<long> rows, ReadOnlySpan<long> to, FlatVector into)
    {
        using var scope = NewDisposeScope();
        var (index, place) = (Index(rows, from), Index(to, from));
        for (int i = 0; i < from.Layout.Segments.Count; i++)
        {
            into[i].index_copy_(0, place, from[i].index_select(0, index));
        }
    }

    /// <summary>into[to[i]] += from[rows[i]].</summary>
    public static void Add(FlatVector from, ReadOnlySpan<long> rows, ReadOnlySpan<long> to, FlatVector into)
    {
        using var scope = NewDisposeScope();
        using TorchSharp.Scalar one = 1.0;
        var (index, place) = (Index(rows, from), Index(to, from));
        for (int i = 0; i < from.Layout.Segments.Count; i++)
        {
            into[i].index_add_(0, place, from[i].index_select(0, index), one);
        }
    }

    private static Tensor Index(ReadOnlySpan<long> rows, FlatVector vector) => tensor(rows.ToArray(), device: vector.Device);
}
