namespace FlowOde.Solvers.Integration;

/// <summary>The times that steps of a solve end at, with those among them at which the state is wanted.</summary>
internal sealed class StepStops
{
    private readonly double[] _times;
    private readonly int[] _indices;

    private StepStops(double[] times, int[] indices) => (_times, _indices) = (times, indices);

    /// <summary>The start, then the times to meet, all in one direction.</summary>
    public ReadOnlySpan<double> Times => _times;

    /// <summary>The largest time of the solve.</summary>
    public double LargestTime => Math.Max(Math.Abs(_times[0]), Math.Abs(_times[^1]));

    /// <summary>Puts times in which only steps end between those at which the state is wanted.</summary>
    /// <param name="times">The start, then the times at which the state is wanted, all in one direction.</param>
    /// <param name="forced">Other times between the first and the last, in any order.</param>
    public static StepStops Of(double[] times, IEnumerable<double> forced)
    {
        double sign = Math.Sign(times[^1] - times[0]);
        double[] all = [.. times.Union(forced).OrderBy(time => sign * time)];
        return new(all, [.. all.Select(time => Math.Max(0, Array.IndexOf(times, time)))]);
    }

    /// <summary>The index of a stop among the times at which the state is wanted, or 0.</summary>
    public int IndexOf(int stop) => _indices[stop];
}
