using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Certification;

/// <summary>The derivative of a loss along a direction by central differences, which no gradient method has a part in.</summary>
public static class DirectionalDerivative
{
    // With two differences of widths h and h/2 the error is of order h⁴ and round-off ε/h, so h ~ ε^(1/5).
    private const double Width = 1e-3;

    private static readonly double[] _narrowWidths = [1e-5, 3e-6, 1e-6, 3e-7];

    /// <summary>(4 D(h/2) − D(h)) / 3 with D(h) = (L(θ + hδ) − L(θ − hδ)) / 2h.</summary>
    /// <param name="loss">L at the parameters as they are then.</param>
    /// <param name="parameters">θ, in float64 on the CPU; changed on the way, and as before in the end.</param>
    /// <param name="direction">δ, a vector of length 1 in the layout of the parameters.</param>
    /// <exception cref="ArgumentException">The parameters are not in float64.</exception>
    public static double Of(Func<double> loss, FlatVector parameters, FlatVector direction) => Measure(loss, parameters, direction, at =>
    {
        double wide = (at(Width) - at(-Width)) / (2 * Width), narrow = (at(Width / 2) - at(-Width / 2)) / Width;
        return ((4 * narrow) - wide) / 3;
    });

    /// <summary>The derivative of a loss that has bends, as relu makes them: D(h) for a small h.</summary>
    /// <param name="loss">L at the parameters as they are then.</param>
    /// <param name="parameters">θ, in float64 on the CPU; changed on the way, and as before in the end.</param>
    /// <param name="direction">δ, a vector of length 1 in the layout of the parameters.</param>
    /// <remarks>A bend within h spoils D(h), and round-off grows as 1/h. Of several widths the two neighbours that agree best have no bend within them: the wider is taken.</remarks>
    /// <exception cref="ArgumentException">The parameters are not in float64.</exception>
    public static double OfBent(Func<double> loss, FlatVector parameters, FlatVector direction) => Measure(loss, parameters, direction, at =>
    {
        double[] found = Array.ConvertAll(_narrowWidths, width => (at(width) - at(-width)) / (2 * width));
        return found[Enumerable.Range(0, found.Length - 1).MinBy(i => Math.Abs(found[i + 1] - found[i]))];
    });

    /// <summary>
    /// How far a gradient's derivative along a direction lies from that of differences, relative to ‖g‖/√N, the size that a derivative along a
    /// random direction of length 1 usually has.
    /// </summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="direction">The direction, of length 1.</param>
    /// <param name="difference">The derivative by differences.</param>
    public static double Distance(FlatVector gradient, FlatVector direction, double difference)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(direction);
        VectorRange[] all = [new(0, gradient.Layout.Length)];
        double along = LinearCombination.Dot(gradient, direction, all), size = Math.Sqrt(LinearCombination.Dot(gradient, gradient, all));
        double usual = size / Math.Sqrt(gradient.Layout.Segments.Sum(segment => segment.Length));
        return along == difference ? 0 : Math.Abs(along - difference) / usual;
    }

    /// <summary>What a formula makes of the loss as a function of the way along a direction.</summary>
    private static double Measure(Func<double> loss, FlatVector parameters, FlatVector direction, Func<Func<double, double>, double> formula)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(direction);
        if (parameters.DType != TorchSharp.torch.ScalarType.Float64)
        {
            throw new ArgumentException($"Differences need float64; the parameters are {parameters.DType}.", nameof(parameters));
        }

        using var here = parameters.Clone();
        VectorRange[] all = [new(0, parameters.Layout.Length)];
        try
        {
            return formula(way =>
            {
                LinearCombination.Write(here, [way], [direction], all, parameters);
                return loss();
            });
        }
        finally
        {
            parameters.CopyFrom(here);
        }
    }
}
