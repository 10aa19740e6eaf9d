using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>The layout of a second-order system, or of another of two halves: evolving segments, the first half positions, the second half their velocities.</summary>
internal static class SecondOrderLayout
{
    /// <summary>Finds the ranges of the positions and those of the velocities.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="ranges">Positions, velocities; empty where the segments do not come as such of equal shape, or there are quadratures.</param>
    public static bool TrySplit(VectorLayout layout, out VectorRange[][] ranges)
    {
        var evolving = layout.Segments.Where(segment => segment.Role == SegmentRole.Evolving).ToArray();
        int half = evolving.Length / 2;
        bool isSecondOrder = half > 0 && evolving.Length % 2 == 0
            && layout.Segments.All(segment => segment.Role != SegmentRole.Quadrature)
            && Enumerable.Range(0, half).All(i => evolving[i].Shape.AsSpan().SequenceEqual(evolving[i + half].Shape));
        ranges = isSecondOrder ? [[.. evolving.Take(half).Select(Range)], [.. evolving.Skip(half).Select(Range)]] : [];
        return isSecondOrder;
    }

    private static VectorRange Range(Segment segment) => new(segment.Offset, segment.Length);
}
