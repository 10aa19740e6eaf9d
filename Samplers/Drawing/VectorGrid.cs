namespace FlowOde.Samplers.Drawing;

/// <summary>Velocities in the plane on a grid over a rectangle.</summary>
public sealed class VectorGrid
{
    /// <summary>Makes a grid from the velocities at the cells' centres (<see cref="DensityField.CellCentres"/>); arrays are kept, not copied.</summary>
    /// <param name="x">Left and right edge, in data units.</param>
    /// <param name="y">Bottom and top edge, in data units.</param>
    /// <param name="columns">Cells along x; 15 to 25 make a good picture.</param>
    /// <param name="rows">Cells along y.</param>
    /// <param name="u">Velocities along x, in data units per unit of time, [rows, columns]; row 0 is the lowest y.</param>
    /// <param name="v">Velocities along y, likewise.</param>
    /// <exception cref="ArgumentException">A number of velocities is not rows · columns.</exception>
    public VectorGrid(DataLimits x, DataLimits y, int columns, int rows, double[] u, double[] v)
    {
        ArgumentNullException.ThrowIfNull(u);
        ArgumentNullException.ThrowIfNull(v);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (u.Length != (long)columns * rows || v.Length != u.Length)
        {
            throw new ArgumentException(
                $"A grid of {rows} rows and {columns} columns needs {(long)columns * rows} velocities, but {u.Length} along x and {v.Length} along y were given.");
        }

        X = x;
        Y = y;
        Columns = columns;
        Rows = rows;
        U = u;
        V = v;
    }

    /// <summary>Left and right edge, in data units.</summary>
    public DataLimits X { get; }

    /// <summary>Bottom and top edge, in data units.</summary>
    public DataLimits Y { get; }

    /// <summary>Cells along x.</summary>
    public int Columns { get; }

    /// <summary>Cells along y.</summary>
    public int Rows { get; }

    /// <summary>Velocities along x, [rows, columns].</summary>
    public double[] U { get; }

    /// <summary>Velocities along y, [rows, columns].</summary>
    public double[] V { get; }
}
