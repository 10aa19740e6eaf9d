namespace FlowOde.Solvers.Adjoints;

/// <summary>Bytes of tapes and states that the recorded solves of one gradient may keep together. Not thread-safe.</summary>
public sealed class TapeBudget
{
    /// <summary>Sets the budget.</summary>
    /// <param name="bytes">At least 0. Stored states count but are always kept; tapes are kept while the rest lasts.</param>
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

    /// <summary>Whether more is kept than the budget allows.</summary>
    public bool IsExceeded => Used > Bytes;

    internal void Take(long bytes)
    {
        Used += bytes;
        Peak = IsExceeded ? Peak : Math.Max(Peak, Used);
    }

    internal void Give(long bytes) => Used -= bytes;
}
