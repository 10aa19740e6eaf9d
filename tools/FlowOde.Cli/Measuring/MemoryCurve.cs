using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Cli.Measuring;

/// <summary>The points of one gradient method, solver and size against the number of steps, with the law that they follow.</summary>
internal sealed record MemoryCurve
{
    /// <summary>
    /// The standard error of a peak: pages are taken in whole runs by the C library and the collector, which adds about half a megabyte
    /// whatever the size, and a few hundredths of what many small blocks take.
    /// </summary>
    private const double NoiseBytes = 0.5e6;

    private const double NoiseShare = 0.02;
    private const double Megabyte = 1 << 20;

    private MemoryCurve(IReadOnlyList<SweepPoint> points, GrowthLaw? law, MemoryTheory? theory, GrowthLaw? theoryLaw) =>
        (Points, Law, Theory, TheoryLaw) = (points, law, theory, theoryLaw);

    /// <summary>All points, those that were not finished included, by ascending steps.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>The points that were measured.</summary>
    public IEnumerable<SweepPoint> Finished => Points.Where(point => point.IsFinished);

    /// <summary>The gradient method, with its budget where it has one.</summary>
    public string Label => $"{Points[0].Method}{(Points[0].Budget is { } budget ? $" ({budget})" : "")}{(Partner is null ? "" : $" ({Partner})")}";

    /// <summary>The solver, where it is another than its panel's; else null.</summary>
    public string? Partner { get; init; }

    /// <summary>The fitted law, or null where fewer than four points were measured.</summary>
    public GrowthLaw? Law { get; }

    /// <summary>What theory says of the method, or null.</summary>
    public MemoryTheory? Theory { get; }

    /// <summary>Theory's exponent with a floor and a factor fitted to the points, or null.</summary>
    public GrowthLaw? TheoryLaw { get; }

    /// <summary>How it grows, in a few words.</summary>
    public string Growth => Law is not { } law ? "too few points"
        : Theory is { IsBudgeted: true } ? $"at most {Finished.Max(point => point.Peak) / Megabyte:F0} MB"
        : law.Exponent == 0 ? $"constant (N^0 ± {law.ExponentError:F2})"
        : $"N^{law.Exponent:F2} ± {Math.Max(0.01, law.ExponentError):F2}";

    /// <summary>Makes the curve of points that differ in their steps only.</summary>
    public static MemoryCurve Of(IEnumerable<SweepPoint> points)
    {
        SweepPoint[] sorted = [.. points.OrderBy(point => point.Steps)];
        SweepPoint[] finished = [.. sorted.Where(point => point.IsFinished)];
        double[] steps = [.. finished.Select(point => (double)point.Steps)], peaks = [.. finished.Select(point => (double)point.Peak!)];
        double[] noise = [.. peaks.Select(peak => double.Hypot(NoiseBytes, NoiseShare * peak))];
        var theory = AdjointCatalog.Find(sorted[0].Method) is { } method ? MemoryTheory.Of(method) : null;
        var fitted = theory is { IsBudgeted: false } && finished.Length > 1 ? GrowthLaw.WithExponent(theory.Exponent, steps, peaks, noise) : null;
        return new(sorted, GrowthLaw.Fit(steps, peaks, noise), theory, fitted);
    }
}
