using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Certification;

/// <summary>How far a gradient lies from a reference.</summary>
public static class GradientDistance
{
    /// <summary>A group whose gradient is smaller than this share of what is usual counts as this large: its own size may be all round-off.</summary>
    private const double SmallestShare = 0.01;

    /// <summary>The group of parameters in which a gradient is furthest from its reference.</summary>
    /// <param name="gradient">The gradient, in any type, on any device.</param>
    /// <param name="reference">The reference, in the same layout.</param>
    /// <returns>
    /// The largest ‖g − r‖ ÷ max(‖r‖, 0.01 ‖R‖ √(n/N)) over the segments, of n entries each, R being the whole reference of N entries;
    /// NaN where an entry is not finite.
    /// </returns>
    public static GroupDistance Worst(FlatVector gradient, FlatVector reference)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(reference);
        using var scope = NewDisposeScope();
        long count = reference.Layout.Segments.Sum(segment => segment.Length);
        double usual = Whole(reference) / Math.Sqrt(count);
        var worst = new GroupDistance("none", 0);
        for (int i = 0; i < reference.Layout.Segments.Count; i++)
        {
            var segment = reference.Layout.Segments[i];
            var expected = AsDouble(reference[i]);
            double distance = Norm(AsDouble(gradient[i]) - expected), size = Math.Max(Norm(expected), SmallestShare * usual * Math.Sqrt(segment.Length));
            double relative = distance == 0 ? 0 : distance / size;
            if (!double.IsNaN(worst.Distance) && !(relative <= worst.Distance))
            {
                worst = new(segment.Name, relative);
            }
        }

        return worst;
    }

    /// <summary>‖g − r‖ ÷ ‖r‖ over all parameters.</summary>
    public static double Of(FlatVector gradient, FlatVector reference)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(reference);
        using var scope = NewDisposeScope();
        double distance = 0;
        for (int i = 0; i < reference.Layout.Segments.Count; i++)
        {
            distance += Math.Pow(Norm(AsDouble(gradient[i]) - AsDouble(reference[i])), 2);
        }

        return distance == 0 ? 0 : Math.Sqrt(distance) / Whole(reference);
    }

    private static double Whole(FlatVector vector)
    {
        using var scope = NewDisposeScope();
        return Math.Sqrt(Enumerable.Range(0, vector.Layout.Segments.Count).Sum(i => Math.Pow(Norm(AsDouble(vector[i])), 2)));
    }

    private static Tensor AsDouble(Tensor values) => values.to(ScalarType.Float64).cpu();

    private static double Norm(Tensor values) => linalg.norm(values).item<double>();
}
