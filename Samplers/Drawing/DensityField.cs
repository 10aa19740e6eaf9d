using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>A density on a grid over a rectangle, drawn as a heat map.</summary>
public sealed class DensityField
{
    // exp of this is 1e300: a density that still fits the axes of a colour bar.
    private const double LargestLogDensity = 690.7;

    /// <summary>Makes a field from the densities at the cells' centres, which are kept, not copied.</summary>
    /// <param name="x">Left and right edge of the rectangle, in data units.</param>
    /// <param name="y">Bottom and top edge of the rectangle, in data units.</param>
    /// <param name="columns">Cells along x.</param>
    /// <param name="rows">Cells along y.</param>
    /// <param name="densities">Densities per unit area, [rows, columns] row-major; row 0 is the lowest y. NaN and infinite cells stay empty.</param>
    /// <exception cref="ArgumentException">The number of densities is not rows · columns.</exception>
    public DensityField(DataLimits x, DataLimits y, int columns, int rows, double[] densities)
    {
        ArgumentNullException.ThrowIfNull(densities);
        CheckGrid(columns, rows, densities.Length, nameof(densities));
        X = x;
        Y = y;
        Columns = columns;
        Rows = rows;
        Densities = densities;
    }

    /// <summary>Left and right edge, in data units.</summary>
    public DataLimits X { get; }

    /// <summary>Bottom and top edge, in data units.</summary>
    public DataLimits Y { get; }

    /// <summary>Cells along x.</summary>
    public int Columns { get; }

    /// <summary>Cells along y.</summary>
    public int Rows { get; }

    /// <summary>Densities per unit area, [rows, columns]; row 0 is the lowest y.</summary>
    public double[] Densities { get; }

    /// <summary>The same from log-densities in nats; what would pass 1e300 is drawn as 1e300.</summary>
    /// <param name="x">Left and right edge of the rectangle, in data units.</param>
    /// <param name="y">Bottom and top edge of the rectangle, in data units.</param>
    /// <param name="columns">Cells along x.</param>
    /// <param name="rows">Cells along y.</param>
    /// <param name="logDensities">Log-densities in nats per unit area, [rows, columns]; row 0 is the lowest y. NaN and +∞ stay empty.</param>
    /// <exception cref="ArgumentException">The number of log-densities is not rows · columns.</exception>
    public static DensityField FromLogDensities(DataLimits x, DataLimits y, int columns, int rows, ReadOnlySpan<double> logDensities)
    {
        CheckGrid(columns, rows, logDensities.Length, nameof(logDensities));
        var densities = new double[logDensities.Length];
        for (var i = 0; i < densities.Length; i++)
        {
            var log = logDensities[i];
            densities[i] = double.IsPositiveInfinity(log) ? double.NaN : Math.Exp(Math.Min(log, LargestLogDensity));
        }

        return new DensityField(x, y, columns, rows, densities);
    }

    /// <summary>The positions, in data units, at which a field wants its density along one side: the centres of <paramref name="count"/> equal cells.</summary>
    public static double[] CellCentres(DataLimits limits, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var centres = new double[count];
        for (var i = 0; i < count; i++)
        {
            centres[i] = limits.Minimum + ((i + 0.5) / count * limits.Span);
        }

        return centres;
    }

    /// <summary>Draws the heat map onto the part of <paramref name="area"/> that the rectangle covers; y goes upwards.</summary>
    public void Draw(SKCanvas canvas, PlotArea area, ColourMap map, ColourScale scale)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        ArgumentNullException.ThrowIfNull(area);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(scale);
        using var pixels = new PixelImage(Columns, Rows);
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var density = Densities[(row * Columns) + column];
                pixels[column, Rows - 1 - row] = map.At(double.IsFinite(density) ? scale.FractionOf(density) : double.NaN);
            }
        }

        canvas.Save();
        canvas.ClipRect(area.Frame);
        pixels.Draw(canvas, new SKRect(area.ToPixelX(X.Minimum), area.ToPixelY(Y.Maximum), area.ToPixelX(X.Maximum), area.ToPixelY(Y.Minimum)));
        canvas.Restore();
    }

    private static void CheckGrid(int columns, int rows, int length, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (length != (long)columns * rows)
        {
            throw new ArgumentException($"A grid of {rows} rows and {columns} columns needs {(long)columns * rows} values, but {length} were given.", name);
        }
    }
}
