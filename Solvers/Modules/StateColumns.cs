using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Modules;

/// <summary>The segments of a state side by side along the columns of one tensor.</summary>
internal static class StateColumns
{
    /// <summary>The shape of the tensor.</summary>
    /// <exception cref="ArgumentException">The segments differ in more than their columns.</exception>
    public static long[] Shape(VectorLayout layout)
    {
        long[] shape = [.. layout.Segments[0].Shape];
        foreach (var segment in layout.Segments.Skip(1))
        {
            if (segment.Shape.Length != shape.Length || !segment.Shape.AsSpan(2).SequenceEqual(shape.AsSpan(2)))
            {
                throw new ArgumentException($"The segments ({layout}) do not fit side by side along their columns.");
            }

            shape[1] += segment.Shape[1];
        }

        return shape;
    }

    /// <summary>Copies a tensor's columns into the segments.</summary>
    public static void Scatter(Tensor columns, FlatVector into)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        long first = 0;
        for (int i = 0; i < into.Layout.Segments.Count; i++)
        {
            long[] shape = into.Layout.Segments[i].Shape;
            into[i].copy_(shape.Length == 1 ? columns : columns.narrow(1, first, shape[1]));
            first += shape.Length == 1 ? 0 : shape[1];
        }
    }

    /// <summary>The segments of a vector as a new tensor, which belongs to the caller.</summary>
    public static Tensor Gather(FlatVector vector)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] parts = [.. vector.Layout.Segments.Select((_, i) => vector[i])];
        return (parts.Length == 1 ? parts[0].clone() : cat(parts, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>The last state, or all of them stacked along a new first dimension; belongs to the caller.</summary>
    public static Tensor Gather(IReadOnlyList<FlatVector> states, bool isTrajectory)
    {
        if (!isTrajectory)
        {
            return Gather(states[^1]);
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return stack([.. states.Select(Gather)]).MoveToOuterDisposeScope();
    }
}
