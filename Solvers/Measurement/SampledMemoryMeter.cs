namespace FlowOde.Solvers.Measurement;

/// <summary>The largest of many samples, taken by a thread beside the work and once after it.</summary>
/// <param name="sample">Bytes in use now; thread-safe.</param>
/// <param name="method">How that is found, in a few words.</param>
internal sealed class SampledMemoryMeter(Func<long> sample, string method) : MemoryMeter
{
    private static readonly TimeSpan _every = TimeSpan.FromMilliseconds(1);

    /// <inheritdoc/>
    public override MemoryReading Measure(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        long before = sample(), peak = before;
        using var done = new ManualResetEventSlim();
        var watcher = new Thread(() =>
        {
            while (!done.Wait(_every))
            {
                peak = Math.Max(peak, sample());
            }
        })
        { IsBackground = true, Name = "memory samples", Priority = ThreadPriority.AboveNormal };
        watcher.Start();
        try
        {
            work();
        }
        finally
        {
            done.Set();
            watcher.Join();
        }

        return new(before, Math.Max(peak, sample()), method);
    }
}
