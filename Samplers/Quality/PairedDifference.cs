namespace FlowOde.Samplers.Quality;

/// <summary>The mean of differences of pairs with an interval that covers its expectation in 95 of 100 cases, where differences are normal.</summary>
/// <remarks>Student 1908. Pairs have in common what is not compared, such as the seed of a run, which so drops out.</remarks>
public sealed record PairedDifference
{
    private const double Coverage = 0.95;
    private const int Bisections = 60;

    /// <summary>Compares pairs.</summary>
    /// <param name="first">What is compared.</param>
    /// <param name="second">What it is compared with, in the same order.</param>
    /// <exception cref="ArgumentException">There are not as many of one as of the other, or fewer than two pairs.</exception>
    public PairedDifference(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count < 2)
        {
            throw new ArgumentException($"Two pairs at least have an interval; found {first.Count} and {second.Count} numbers.", nameof(second));
        }

        double[] differences = [.. first.Zip(second, (a, b) => a - b)];
        (Pairs, Mean) = (differences.Length, differences.Average());
        double variance = differences.Sum(difference => (difference - Mean) * (difference - Mean)) / (Pairs - 1);
        double half = Quantile(Pairs - 1) * Math.Sqrt(variance / Pairs);
        (Low, High) = (Mean - half, Mean + half);
    }

    /// <summary>Number of pairs.</summary>
    public int Pairs { get; }

    /// <summary>The mean of first minus second.</summary>
    public double Mean { get; }

    /// <summary>The lower end of the interval.</summary>
    public double Low { get; }

    /// <summary>The upper end of the interval.</summary>
    public double High { get; }

    /// <summary>Where Student's distribution has 95 % of its mass between −t and t.</summary>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    internal static double Quantile(int degrees)
    {
        double low = 0, high = Math.PI / 2; // of θ with t = √ν tan θ, in which the mass is a finite sum
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Mass(middle, degrees) < Coverage ? (middle, high) : (low, middle);
        }

        return Math.Sqrt(degrees) * Math.Tan(low);
    }

    /// <summary>The mass between −t and t (Abramowitz, Stegun 1964, 26.7.3 and 26.7.4).</summary>
    private static double Mass(double angle, int degrees)
    {
        bool isOdd = degrees % 2 == 1;
        double cosine = Math.Cos(angle), term = isOdd ? cosine : 1, sum = degrees == 1 ? 0 : term;
        for (int k = isOdd ? 3 : 2; k < degrees; k += 2)
        {
            term *= cosine * cosine * (k - 1) / k;
            sum += term;
        }

        double mass = Math.Sin(angle) * sum;
        return isOdd ? 2 / Math.PI * (angle + mass) : mass;
    }
}
