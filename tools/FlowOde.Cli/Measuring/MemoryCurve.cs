using FlowOde.Cli.Settings;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Cli.Measuring;

/// <summary>The points of one gradient method, solver and size against the number of steps, with the law that they follow.</summary>
internal sealed record MemoryCurve
{
    /// <summary>
    /// The standard error of a peak. Blocks that are freed and taken again leave gaps in the C library's heap: a megabyte or two, whatever
    /// the method, which come with the first tens of steps and then stay. Larger peaks repeat within a hundredth.
    /// </summary>
    private const double NoiseBytes = 1.5e6;

    private const double NoiseShare = 0.01;
    private const double WithinBudget = 0.9;
    private const double Megabyte = 1 << 20;

    private MemoryCurve(IReadOnlyList<SweepPoint> points, GrowthLaw? law, MemoryTheory? theory, Func<double, double>? expected) =>
        (Points, Law, Theory, Expected) = (points, law, theory, expected);

    /// <summary>All points, those that were not finished included, by ascending steps.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>The points that were measured.</summary>
    public IEnumerable<SweepPoint> Finished => Points.Where(point => point.IsFinished);

    /// <summary>The gradient method, with its budget where it has one; of a classifier its network before.</summary>
    public string Label => $"{string.Join(' ', new[] { Points[0].Network, Points[0].Architecture is { HasOwnGradient: true } ? null : Points[0].Method }.OfType<string>())}{(Points[0].Budget is { } budget ? $" ({budget})" : "")}{(Partner is null ? "" : $" ({Partner})")}";

    /// <summary>The solver, where it is another than its panel's; else null.</summary>
    public string? Partner { get; init; }

    /// <summary>The fitted law, or null where fewer than four points were measured.</summary>
    public GrowthLaw? Law { get; }

    /// <summary>What theory says of the method, or null.</summary>
    public MemoryTheory? Theory { get; }

    /// <summary>Bytes by steps as theory has it, its floor and factor fitted to the points; null without theory or with one point only.</summary>
    public Func<double, double>? Expected { get; }

    /// <summary>How it grows, in a few words.</summary>
    public string Growth => Law is not { } law ? "too few points"
        : Theory is { IsBudgeted: true } ? $"at most {Finished.Max(point => point.Peak) / Megabyte:F0} MB"
        : law.Exponent == 0 ? "no growth beyond noise"
        : $"N^{law.Exponent:F2} ± {Math.Max(0.01, law.ExponentError):F2}";

    /// <summary>The peak of the most steps that were measured, divided by that of the fewest; null where fewer than two were, or where the first is 0, below what the kernel counts.</summary>
    public double? Ratio => Finished.Take(2).Count() < 2 || Finished.First().Peak is not > 0 ? null : (double)Finished.Last().Peak! / Finished.First().Peak!.Value;

    /// <summary>Makes the curve of points that differ in their steps only.</summary>
    public static MemoryCurve Of(IEnumerable<SweepPoint> points)
    {
        SweepPoint[] sorted = [.. points.OrderBy(point => point.Steps)];
        SweepPoint[] finished = [.. sorted.Where(point => point.IsFinished)];
        double[] steps = [.. finished.Select(point => (double)point.Steps)], peaks = [.. finished.Select(point => (double)point.Peak!)];
        double[] noise = [.. peaks.Select(peak => double.Hypot(NoiseBytes, NoiseShare * peak))];
        var theory = sorted[0].Theory;
        return new(sorted, GrowthLaw.Fit(steps, peaks, noise), theory, finished.Length < 2 ? null : Theoretical(theory, sorted[0].Budget, steps, peaks, noise));
    }

    private static Func<double, double>? Theoretical(MemoryTheory? theory, string? budgetText, double[] steps, double[] peaks, double[] noise)
    {
        if (theory is null)
        {
            return null;
        }

        if (budgetText is null)
        {
            return GrowthLaw.WithExponent(theory.Exponent, steps, peaks, noise).At;
        }

        // Until the budget is used up it grows like any other; then the budget is what there is, on top of what is never counted.
        double budget = ByteSize.Parse(budgetText, "--adjoint-memory");
        int within = peaks.Count(peak => peak < WithinBudget * budget);
        var growing = within < 2 ? null : GrowthLaw.WithExponent(theory.Exponent, steps[..within], peaks[..within], noise[..within]);
        return count => Math.Min(growing?.At(count) ?? double.PositiveInfinity, (growing?.Floor ?? 0) + budget);
    }
}
