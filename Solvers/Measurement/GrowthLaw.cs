namespace FlowOde.Solvers.Measurement;

/// <summary>y = floor + scale · N^exponent, fitted to measurements.</summary>
/// <remarks>
/// A pure power law would be wrong for memory: every method has a floor that does not depend on N (the tapes of one step, scratch), and a
/// straight line through log y against log N then has a slope anywhere between 0 and the true exponent, by the choice of N alone. So
/// the floor is a parameter of the fit, by least squares with each point weighted by its own uncertainty, and the exponent is that of
/// what lies above the floor.
/// </remarks>
public sealed record GrowthLaw
{
    private const double LeastExponent = 0.02;
    private const double LargestExponent = 3;
    private const int Grid = 150;
    private const double WithinNoise = 2;

    private GrowthLaw()
    {
    }

    /// <summary>The part that does not depend on N, at least 0; in the unit of the values.</summary>
    public required double Floor { get; init; }

    /// <summary>The factor of N^exponent, at least 0.</summary>
    public required double Scale { get; init; }

    /// <summary>The exponent; 0 where nothing grows beyond the noise.</summary>
    public required double Exponent { get; init; }

    /// <summary>The standard error of the exponent, scatter that exceeds the stated noise included; NaN where it was given and not fitted.</summary>
    public required double ExponentError { get; init; }

    /// <summary>The law at a size.</summary>
    public double At(double size) => Floor + (Scale * Math.Pow(size, Exponent));

    /// <summary>Fits floor, scale and exponent.</summary>
    /// <param name="sizes">N of each point, positive.</param>
    /// <param name="values">The values, positive.</param>
    /// <param name="noise">The standard error of each value.</param>
    /// <returns>The law, or null for fewer than four different sizes: three parameters leave nothing to judge the fit by.</returns>
    public static GrowthLaw? Fit(double[] sizes, double[] values, double[] noise)
    {
        Check(sizes, values, noise);
        if (sizes.Distinct().Count() < 4)
        {
            return null;
        }

        if (IsFlat(values, noise, out double mean))
        {
            return new() { Floor = mean, Scale = 0, Exponent = 0, ExponentError = FlatError(sizes, values, noise) };
        }

        double best = Enumerable.Range(0, Grid + 1).Select(i => LeastExponent + ((LargestExponent - LeastExponent) * i / Grid)).MinBy(p => Linear(p, sizes, values, noise).Misfit);
        double width = (LargestExponent - LeastExponent) / Grid;
        for (; width > 1e-6; width /= 2)
        {
            double[] tried = [best - width, best, best + width];
            best = tried.Where(p => p >= LeastExponent && p <= LargestExponent).MinBy(p => Linear(p, sizes, values, noise).Misfit);
        }

        var (floor, scale, misfit) = Linear(best, sizes, values, noise);
        if (scale == 0)
        {
            return new() { Floor = floor, Scale = 0, Exponent = 0, ExponentError = FlatError(sizes, values, noise) }; // the values fall
        }

        double scatter = Math.Max(1, misfit / (sizes.Length - 3));
        return new() { Floor = floor, Scale = scale, Exponent = best, ExponentError = Math.Sqrt(scatter * ExponentVariance(best, floor, scale, sizes, noise)) };
    }

    /// <summary>Fits floor and scale to a given exponent, such as a theory's.</summary>
    public static GrowthLaw WithExponent(double exponent, double[] sizes, double[] values, double[] noise)
    {
        Check(sizes, values, noise);
        var (floor, scale, _) = Linear(exponent, sizes, values, noise);
        return new() { Floor = floor, Scale = scale, Exponent = exponent, ExponentError = double.NaN };
    }

    private static void Check(double[] sizes, double[] values, double[] noise)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(noise);
        if (values.Length != sizes.Length || noise.Length != sizes.Length || sizes.Any(size => !(size > 0)) || noise.Any(error => !(error > 0)) || values.Any(value => !double.IsFinite(value)))
        {
            throw new ArgumentException($"A law is fitted to as many values and errors as sizes, sizes and errors positive; got {sizes.Length} sizes [{string.Join(", ", sizes)}], {values.Length} values and {noise.Length} errors.", nameof(sizes));
        }
    }

    /// <summary>Whether a constant explains every value within its noise.</summary>
    private static bool IsFlat(double[] values, double[] noise, out double mean)
    {
        double weights = noise.Sum(error => 1 / (error * error));
        double centre = mean = values.Zip(noise, (value, error) => value / (error * error)).Sum() / weights;
        return values.Zip(noise).All(point => Math.Abs(point.First - centre) <= WithinNoise * point.Second);
    }

    /// <summary>The standard error of the slope of log y against log N.</summary>
    private static double FlatError(double[] sizes, double[] values, double[] noise)
    {
        double mean = sizes.Average(Math.Log), spread = sizes.Sum(size => Math.Pow(Math.Log(size) - mean, 2));
        double error = values.Zip(noise, (value, sigma) => Math.Pow(sigma / Math.Max(Math.Abs(value), sigma), 2)).Average();
        return Math.Sqrt(error / spread);
    }

    /// <summary>The weighted least squares of floor and scale, neither below 0.</summary>
    private static (double Floor, double Scale, double Misfit) Linear(double exponent, double[] sizes, double[] values, double[] noise)
    {
        double s = 0, sx = 0, sxx = 0, sy = 0, sxy = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            double w = 1 / (noise[i] * noise[i]), x = Math.Pow(sizes[i], exponent);
            (s, sx, sxx, sy, sxy) = (s + w, sx + (w * x), sxx + (w * x * x), sy + (w * values[i]), sxy + (w * x * values[i]));
        }

        double determinant = (s * sxx) - (sx * sx);
        bool isConstant = determinant <= 1e-12 * s * sxx; // exponent 0, or one size
        double scale = isConstant ? 0 : ((s * sxy) - (sx * sy)) / determinant, floor = isConstant ? sy / s : ((sxx * sy) - (sx * sxy)) / determinant;
        (floor, scale) = scale < 0 ? (sy / s, 0) : floor < 0 ? (0, sxy / sxx) : (floor, scale);
        double misfit = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            misfit += Math.Pow((values[i] - floor - (scale * Math.Pow(sizes[i], exponent))) / noise[i], 2);
        }

        return (floor, scale, misfit);
    }

    /// <summary>The exponent's entry of the inverse of the Gauss–Newton matrix of (floor, scale, exponent), or of (scale, exponent) where the floor is held at 0.</summary>
    private static double ExponentVariance(double exponent, double floor, double scale, double[] sizes, double[] noise)
    {
        // What is left of the exponent's column after projecting out the other columns, in the weighted inner product.
        double[] power = [.. sizes.Select((size, i) => Math.Pow(size, exponent) / noise[i])];
        double[] rest = [.. sizes.Select((size, i) => scale * Math.Log(size) * power[i])];
        double[] one = [.. noise.Select(error => 1 / error)];
        if (floor > 0)
        {
            power = Without(one, power);
            rest = Without(one, rest);
        }

        rest = Without(power, rest);
        double information = rest.Sum(x => x * x);
        return information > 0 ? 1 / information : double.PositiveInfinity;
    }

    private static double[] Without(double[] direction, double[] vector)
    {
        double share = direction.Zip(vector, (a, b) => a * b).Sum() / direction.Sum(a => a * a);
        return [.. vector.Zip(direction, (b, a) => b - (share * a))];
    }
}
