using FlowOde.Samplers.Scoring;

namespace FlowOde.Samplers.Checks;

/// <summary>The integral of a density over the plane, which must be 1.</summary>
/// <param name="Value">The integral.</param>
/// <param name="ErrorEstimate">What two rules of different order differ by, summed over the cells; NaN for a plain grid.</param>
/// <param name="Points">How many points were evaluated.</param>
public sealed record DensityIntegral(double Value, double ErrorEstimate, long Points)
{
    private const int SamplesPerCell = 24;
    private const int Depth = 14;
    private const long MostPoints = 400_000;

    // The 3-point rule less the midpoint rule is 5/18 of the second difference, of which smooth functions leave about a tenth as error.
    private const double AxisWeight = 5 / 180.0;

    private static readonly double[] _gaussNodes = [-Math.Sqrt(0.6), 0, Math.Sqrt(0.6)];
    private static readonly double[] _gaussWeights = [5 / 18.0, 8 / 18.0, 5 / 18.0];

    /// <summary>The midpoint rule on nx × ny cells of a rectangle.</summary>
    /// <param name="logDensity">log p of points, [points, 2] row by row.</param>
    /// <param name="area">The rectangle.</param>
    /// <param name="nx">Cells along the first axis.</param>
    /// <param name="ny">Cells along the second axis.</param>
    public static DensityIntegral OnGrid(Func<double[], double[]> logDensity, Rectangle area, int nx, int ny)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        ArgumentNullException.ThrowIfNull(area);
        double sum = logDensity(area.CellCentres(nx, ny)).Sum(Math.Exp);
        return new(sum * area.Area / ((long)nx * ny), double.NaN, (long)nx * ny);
    }

    /// <summary>
    /// Cubature on cells that are refined where samples fall: a cell is split until few samples are in it, then where two Gauss rules
    /// differ most.
    /// </summary>
    /// <param name="logDensity">log p of points, [points, 2] row by row.</param>
    /// <param name="samples">Samples of the density, [samples, 2] row by row: they say where its mass lies.</param>
    /// <param name="target">The error estimate to reach; the work is bounded besides.</param>
    public static DensityIntegral OnSampledCells(Func<double[], double[]> logDensity, double[] samples, double target = 5e-4)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        ArgumentNullException.ThrowIfNull(samples);
        var cells = new List<Cell>();
        Split(Around(samples), samples, Depth, cells);
        Evaluate(logDensity, cells);
        long points = 9L * cells.Count;
        while (cells.Sum(cell => cell.Error) > target && points < MostPoints)
        {
            // Refining the worst tenth at a time keeps the evaluations in large batches.
            var worst = cells.OrderByDescending(cell => cell.Error).Take(Math.Max(16, cells.Count / 10)).ToHashSet();
            var children = worst.SelectMany(cell => Quarters(cell.Area).Select(area => new Cell(area))).ToList();
            Evaluate(logDensity, children);
            points += 9L * children.Count;
            cells = [.. cells.Where(cell => !worst.Contains(cell)), .. children];
        }

        return new(cells.Sum(cell => cell.Integral), cells.Sum(cell => cell.Error), points);
    }

    private static Rectangle Around(double[] samples)
    {
        double left = double.MaxValue, right = double.MinValue, bottom = double.MaxValue, top = double.MinValue;
        for (int i = 0; i < samples.Length; i += 2)
        {
            (left, right) = (Math.Min(left, samples[i]), Math.Max(right, samples[i]));
            (bottom, top) = (Math.Min(bottom, samples[i + 1]), Math.Max(top, samples[i + 1]));
        }

        double x = 0.25 * (right - left), y = 0.25 * (top - bottom); // tails beyond the samples
        return new(left - x, right + x, bottom - y, top + y);
    }

    private static void Split(Rectangle area, double[] samples, int depth, List<Cell> into)
    {
        if (samples.Length / 2 <= SamplesPerCell || depth == 0)
        {
            into.Add(new Cell(area));
            return;
        }

        foreach (var quarter in Quarters(area))
        {
            var inside = new List<double>();
            for (int i = 0; i < samples.Length; i += 2)
            {
                if (samples[i] >= quarter.Left && samples[i] < quarter.Right && samples[i + 1] >= quarter.Bottom && samples[i + 1] < quarter.Top)
                {
                    inside.Add(samples[i]);
                    inside.Add(samples[i + 1]);
                }
            }

            Split(quarter, [.. inside], depth - 1, into);
        }
    }

    private static Rectangle[] Quarters(Rectangle area)
    {
        double x = (area.Left + area.Right) / 2, y = (area.Bottom + area.Top) / 2;
        return [new(area.Left, x, area.Bottom, y), new(x, area.Right, area.Bottom, y), new(area.Left, x, y, area.Top), new(x, area.Right, y, area.Top)];
    }

    private static void Evaluate(Func<double[], double[]> logDensity, List<Cell> cells)
    {
        var points = new double[18 * cells.Count];
        int at = 0;
        foreach (var cell in cells)
        {
            var area = cell.Area;
            foreach (double v in _gaussNodes)
            {
                foreach (double u in _gaussNodes)
                {
                    points[at++] = (area.Left + area.Right + (u * (area.Right - area.Left))) / 2;
                    points[at++] = (area.Bottom + area.Top + (v * (area.Top - area.Bottom))) / 2;
                }
            }
        }

        double[] density = [.. logDensity(points).Select(Math.Exp)];
        for (int i = 0; i < cells.Count; i++)
        {
            cells[i].Read(density.AsSpan(9 * i, 9));
        }
    }

    /// <summary>A cell with the 3 × 3 Gauss rule, compared with the rule of order 1 on its centre line and corners of the same points.</summary>
    private sealed class Cell(Rectangle area)
    {
        public Rectangle Area { get; } = area;

        public double Integral { get; private set; }

        public double Error { get; private set; }

        public void Read(ReadOnlySpan<double> density)
        {
            // The cross is exact to degree 3; it cannot see what varies along one axis only, so the 3-point rule of each axis is
            // compared with the midpoint rule as well.
            double fine = 0, cross = 0;
            Span<double> rows = stackalloc double[3], columns = stackalloc double[3];
            for (int y = 0; y < 3; y++)
            {
                for (int x = 0; x < 3; x++)
                {
                    double value = density[(3 * y) + x];
                    fine += _gaussWeights[y] * _gaussWeights[x] * value;
                    cross += (x == 1 && y == 1 ? -1 / 9.0 : x == 1 || y == 1 ? 5 / 18.0 : 0) * value;
                    rows[y] += _gaussWeights[x] * value;
                    columns[x] += _gaussWeights[y] * value;
                }
            }

            double alongY = Math.Abs(rows[0] - (2 * rows[1]) + rows[2]), alongX = Math.Abs(columns[0] - (2 * columns[1]) + columns[2]);
            Integral = fine * Area.Area;
            Error = Math.Max(Math.Abs(fine - cross), AxisWeight * (alongX + alongY)) * Area.Area;
        }
    }
}
