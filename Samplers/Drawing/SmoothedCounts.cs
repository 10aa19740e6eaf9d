using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Draws points as a smooth density: counts on a grid, blurred by a Gaussian.</summary>
/// <remarks>The blur's width is Scott's rule for the plane, n^(−1/6) standard deviations (Scott 1992), with the data taken to spread over an
/// eighth of the frame; blurring a fine grid is kernel density estimation at a cost that does not grow with n².</remarks>
internal static class SmoothedCounts
{
    private const int Cells = 64;
    private const double Spread = 1.0 / 8;

    /// <summary>Draws the points that lie within <paramref name="area"/>; nothing when there are none.</summary>
    public static void Draw(SKCanvas canvas, PlotArea area, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ColourMap map)
    {
        var counts = new double[Cells * Cells];
        var total = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (area.Contains(x[i], y[i]))
            {
                counts[(Cell(y[i], area.Y) * Cells) + Cell(x[i], area.X)]++;
                total++;
            }
        }

        if (total == 0)
        {
            return;
        }

        var kernel = Gaussian(Math.Max(0.5, Spread * Cells * Math.Pow(total, -1.0 / 6)));
        var blurred = Blur(Blur(counts, kernel, 1), kernel, Cells);
        new DensityField(area.X, area.Y, Cells, Cells, blurred).Draw(canvas, area, map, ColourScale.ForDensity(blurred));
    }

    private static int Cell(double value, DataLimits limits) => Math.Min((int)((value - limits.Minimum) / limits.Span * Cells), Cells - 1);

    private static double[] Gaussian(double sigma)
    {
        var reach = (int)Math.Ceiling(3 * sigma);
        var kernel = new double[(2 * reach) + 1];
        for (var i = 0; i < kernel.Length; i++)
        {
            kernel[i] = Math.Exp(-0.5 * Math.Pow((i - reach) / sigma, 2));
        }

        var sum = kernel.Sum();
        return Array.ConvertAll(kernel, weight => weight / sum);
    }

    private static double[] Blur(double[] values, double[] kernel, int stride)
    {
        var blurred = new double[values.Length];
        var reach = kernel.Length / 2;
        for (var index = 0; index < values.Length; index++)
        {
            var position = index / stride % Cells;
            for (var offset = Math.Max(-reach, -position); offset <= Math.Min(reach, Cells - 1 - position); offset++)
            {
                blurred[index] += kernel[offset + reach] * values[index + (offset * stride)];
            }
        }

        return blurred;
    }
}
