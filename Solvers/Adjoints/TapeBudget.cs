namespace FlowOde.Solvers.Adjoints;

/// <summary>Bytes of tapes and states that the recorded solves of one gradient may keep together. Not thread-safe.</summary>
public sealed class TapeBudget
{
    /// <summary>Sets the budget.</summary>
    /// <param name="bytes">At least 0. Stored states and the tapes of the step in work count but are always kept; further tapes while the rest lasts.</param>
    public TapeBudget(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
    }

    /// <summary>The whole budget, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>What is kept now, in bytes.</summary>
    public long Used { get; private set; }

    /// <summary>The most that was kept at a time, in bytes.</summary>
    public long Peak { get; private set; }

    internal bool Fits(long bytes) => bytes <= Bytes - Used;

    internal void Take(long bytes)
    {
        Used += bytes;
        Peak = Math.Max(Peak, Used);
    }

    internal void Give(long bytes) => Used -= bytes;
}
