using FlowOde.Solvers.Randomness;

namespace FlowOde.Solvers.Stochastic;

/// <summary>Independent Brownian motions W, [rows, columns], on an interval of time: functions of a seed, the row, the column and the time, and of nothing else.</summary>
/// <remarks>
/// A virtual Brownian tree (Li et al. 2020, 2001.01328, §4): the interval is halved until the half holds the time asked for, and the value in each middle is drawn from the
/// Brownian bridge between its ends by counter-based normals, keyed by the node of the tree. A query takes log₂(interval / resolution) normals an entry and no memory that grows; one for a
/// time that is a dyadic fraction of the interval ends at its node. In place of the paper's interpolation below the resolution, the bridge over a leaf is √(θ(1 − θ)) times one
/// normal: the values have the exact law at any times of which no two lie within one leaf, and the path is continuous. Immutable and thread-safe.
/// </remarks>
public sealed class BrownianPath
{
    /// <summary>The purpose of these draws among all that are made of one seed.</summary>
    public const int Purpose = 12;

    private const int MostHalvings = 43; // the nodes of a tree are numbered by 44 bits
    private const int EntriesAtOnce = 256;

    /// <summary>Describes the paths; nothing is drawn yet.</summary>
    /// <param name="seed">Any value; two seeds give unrelated paths.</param>
    /// <param name="start">Where W is zero.</param>
    /// <param name="end">The last time, later than the start. A solve that runs backwards uses the same path from its end.</param>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="columns">Brownian motions of each row, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is empty or not finite, or there is no row or column, or there are more entries than an array holds.</exception>
    public BrownianPath(ulong seed, double start, double end, long rows, int columns)
    {
        if (!double.IsFinite(end - start) || !(end > start))
        {
            throw new ArgumentOutOfRangeException(nameof(end), end, $"A Brownian path runs from a finite time to a later one; this one starts at {start:R} and ends at {end:R}. For a solve backwards in time give the earlier time first all the same.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Array.MaxLength / columns);
        (Seed, Start, End, Rows, Columns) = (seed, start, end, (int)rows, columns);
    }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>Where W is zero.</summary>
    public double Start { get; }

    /// <summary>The last time.</summary>
    public double End { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Brownian motions of each row.</summary>
    public int Columns { get; }

    /// <summary>Number of the first row, so that a row has the same path in whatever batch it is: 0 to 2^44 − rows.</summary>
    /// <value>0 by default.</value>
    public long FirstRow
    {
        get;
        init
        {
            BlockAddress.CheckRow(value);
            BlockAddress.CheckRow(value + Rows - 1);
            field = value;
        }
    }

    /// <summary>How often the interval is halved at most, 1 to 43. More halvings leave the values at the nodes of fewer as they are.</summary>
    /// <value>20 by default: a resolution of about a millionth of the interval.</value>
    public int Halvings
    {
        get;
        init => field = value is >= 1 and <= MostHalvings ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"The interval is halved 1 to {MostHalvings} times.");
    } = 20;

    /// <summary>Length of a leaf of the tree, in units of time: between times that are further apart the path has the exact law.</summary>
    public double Resolution => Math.ScaleB(End - Start, -Halvings);

    /// <summary>Writes W(t).</summary>
    /// <param name="time">From <see cref="Start"/> to <see cref="End"/>.</param>
    /// <param name="into">Receives the values, [rows, columns], row by row; W has the unit √time.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is outside of the interval.</exception>
    /// <exception cref="ArgumentException"><paramref name="into"/> has another length.</exception>
    public void Read(double time, Span<double> into)
    {
        if (!(time >= Start && time <= End))
        {
            throw new ArgumentOutOfRangeException(nameof(time), time, $"The Brownian path runs from {Start:R} to {End:R}. Ask within it, or make a path that covers the time.");
        }

        if (into.Length != Rows * Columns)
        {
            throw new ArgumentException($"The path has {Rows} rows of {Columns} columns, which need a span of {Rows * Columns}, not {into.Length}.", nameof(into));
        }

        double fraction = (time - Start) / (End - Start);
        int rowsAtOnce = Math.Max(1, EntriesAtOnce / Columns);
        var descent = new BridgeDescent(Seed, Halvings, Math.Min(Rows, rowsAtOnce), Columns);
        for (int row = 0; row < Rows; row += rowsAtOnce)
        {
            int count = Math.Min(rowsAtOnce, Rows - row);
            descent.Read(fraction, Math.Sqrt(End - Start), FirstRow + row, into.Slice(row * Columns, count * Columns));
        }
    }

    /// <summary>Writes W(to) − W(from), whichever is later.</summary>
    /// <param name="from">From <see cref="Start"/> to <see cref="End"/>.</param>
    /// <param name="to">From <see cref="Start"/> to <see cref="End"/>.</param>
    /// <param name="into">Receives the differences, [rows, columns], row by row.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is outside of the interval.</exception>
    /// <exception cref="ArgumentException"><paramref name="into"/> has another length.</exception>
    public void ReadIncrement(double from, double to, Span<double> into)
    {
        Read(to, into);
        double[] before = new double[into.Length];
        Read(from, before);
        for (int i = 0; i < before.Length; i++)
        {
            into[i] -= before[i];
        }
    }
}
