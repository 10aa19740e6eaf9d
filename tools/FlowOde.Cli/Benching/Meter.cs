using System.Diagnostics;

namespace FlowOde.Cli.Benching;

/// <summary>Adds up calls of one kind, from any thread: how many, how long, what they allocated and computed.</summary>
/// <param name="settle">Waits for work that a device still has to do; nothing on a CPU.</param>
internal sealed class Meter(Action settle)
{
    private long _calls;
    private long _ticks;
    private long _bytes;
    private long _operations;

    /// <summary>Number of calls.</summary>
    public long Calls => _calls;

    /// <summary>Milliseconds of all calls together, those of threads side by side added up.</summary>
    public double Milliseconds => _ticks * 1e3 / Stopwatch.Frequency;

    /// <summary>Mean milliseconds of a call.</summary>
    public double MeanMilliseconds => Milliseconds / Math.Max(1, _calls);

    /// <summary>Mean managed bytes that a call allocated.</summary>
    public double MeanBytes => (double)_bytes / Math.Max(1, _calls);

    /// <summary>Floating-point operations in a second of one thread's calls, in units of 10^9.</summary>
    public double GigaflopsOfAThread => _ticks == 0 ? 0 : _operations / Milliseconds / 1e6;

    /// <summary>Forgets all calls.</summary>
    public void Reset() => (_calls, _ticks, _bytes, _operations) = (0, 0, 0, 0);

    /// <summary>Makes a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="argument">What it is given, so that it need not capture it.</param>
    /// <param name="operations">Floating-point operations that it cannot do without.</param>
    /// <typeparam name="T">The argument's type.</typeparam>
    public void Measure<T>(Action<T> call, T argument, long operations = 0)
    {
        settle();
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        call(argument);
        settle();
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
        Interlocked.Add(ref _bytes, GC.GetAllocatedBytesForCurrentThread() - bytes);
        Interlocked.Add(ref _operations, operations);
        Interlocked.Increment(ref _calls);
    }
}
