namespace FlowOde.Samplers.Drawing;

/// <summary>The ways of points in the plane: positions of each at common times.</summary>
public sealed class TrajectorySet
{
    /// <summary>Makes a set from arrays, which are kept, not copied.</summary>
    /// <param name="times">The times in the order travelled, up or down, [times], two or more.</param>
    /// <param name="x">Positions along x, in data units, [points, times] row-major; NaN makes a gap.</param>
    /// <param name="y">Positions along y, likewise.</param>
    /// <exception cref="ArgumentException">There are fewer than two times, they do not ascend or descend, or the positions are not whole rows of them.</exception>
    public TrajectorySet(double[] times, double[] x, double[] y)
    {
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (times.Length < 2 || !times.All(DataLimits.IsDrawable) || !IsMonotone(times))
        {
            throw new ArgumentException("Trajectories need two or more finite times that strictly ascend or descend.", nameof(times));
        }

        if (x.Length != y.Length || x.Length % times.Length != 0)
        {
            throw new ArgumentException(
                $"Positions must be [points, {times.Length} times] along both axes, but {x.Length} along x and {y.Length} along y were given.");
        }

        Times = times;
        X = x;
        Y = y;
    }

    /// <summary>The times, [times].</summary>
    public double[] Times { get; }

    /// <summary>Positions along x, [points, times].</summary>
    public double[] X { get; }

    /// <summary>Positions along y, [points, times].</summary>
    public double[] Y { get; }

    /// <summary>The number of points.</summary>
    public int Points => X.Length / Times.Length;

    private static bool IsMonotone(double[] times)
    {
        var direction = Math.Sign(times[1] - times[0]);
        return direction != 0 && Enumerable.Range(1, times.Length - 1).All(i => Math.Sign(times[i] - times[i - 1]) == direction);
    }
}
