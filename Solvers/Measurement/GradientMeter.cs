using System.Diagnostics;

namespace FlowOde.Solvers.Measurement;

/// <summary>Measures a gradient in this process: memory of the first, which has to take all of it anew, time of the later ones.</summary>
/// <remarks>
/// A pool that an earlier solve filled would hide what the next one needs, so the peak is that of a first solve with empty pools. What a
/// process pays only once (code, the buffers of libtorch's libraries) belongs to no solve: a small one before makes it, and what that
/// leaves unused is given back. Time is the other way round: training solves again and again, so the later solves count.
/// </remarks>
public static class GradientMeter
{
    private const int MostRepetitions = 9;

    /// <summary>Measures.</summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="repeatFor">The time that repetitions may take together; one that would not fit is not begun.</param>
    /// <param name="onDevice">Whether it is computed on a GPU, whose memory is then measured too.</param>
    /// <param name="beforeFirst">Told, just before the measured gradient, what the process has resident.</param>
    public static GradientMeasurement Measure(IMeasuredGradient gradient, TimeSpan repeatFor, bool onDevice = false, Action<long>? beforeFirst = null)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        gradient.WarmUp();
        var device = onDevice ? MemoryMeter.FindForDevice() : null;
        ResidentMemory.Trim();
        beforeFirst?.Invoke(ResidentMemory.Now());
        var clock = new Stopwatch();
        GradientCost? cost = null;
        MemoryReading? deviceReading = null;
        void First()
        {
            clock.Start();
            cost = gradient.Compute();
            clock.Stop();
        }

        NativeHeap.TakeLargeBlocksFromSystem();
        long managed = GC.GetTotalAllocatedBytes(precise: true);
        var resident = MemoryMeter.ForProcess.Measure(() =>
        {
            if (device is null)
            {
                First();
            }
            else
            {
                deviceReading = device.Measure(First);
            }
        });
        managed = GC.GetTotalAllocatedBytes(precise: true) - managed;
        NativeHeap.TakeLargeBlocksFromHeap();
        var times = Repeat(gradient, clock.Elapsed, repeatFor);
        return new()
        {
            Resident = resident,
            Device = deviceReading,
            ManagedBytes = managed,
            FirstSeconds = clock.Elapsed.TotalSeconds,
            Seconds = times.Count == 0 ? null : Median(times),
            Repetitions = times.Count,
            Cost = cost!,
        };
    }

    private static List<double> Repeat(IMeasuredGradient gradient, TimeSpan expected, TimeSpan repeatFor)
    {
        var times = new List<double>();
        var whole = Stopwatch.StartNew();
        while (times.Count < MostRepetitions && whole.Elapsed + expected <= repeatFor)
        {
            var clock = Stopwatch.StartNew();
            gradient.Compute();
            expected = clock.Elapsed;
            times.Add(expected.TotalSeconds);
        }

        return times;
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return 0.5 * (times[(times.Count - 1) / 2] + times[times.Count / 2]);
    }
}
