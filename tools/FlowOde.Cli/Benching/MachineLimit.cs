using System.Diagnostics;
using FlowOde.Flows.Training;
using static TorchSharp.torch;

namespace FlowOde.Cli.Benching;

/// <summary>What this machine can compute in float32: large matrix products of the library, one on each thread at the same time.</summary>
internal static class MachineLimit
{
    private const int Size = 1024;
    private const int Products = 8;
    private const double Seconds = 0.7;

    /// <summary>Measures the limit.</summary>
    /// <param name="threads">Number of threads.</param>
    /// <param name="device">The device.</param>
    /// <param name="settle">Waits for the device.</param>
    /// <returns>10^9 floating-point operations in a second, of all threads together; the best of several rounds.</returns>
    public static double Gigaflops(int threads, Device device, Action settle)
    {
        using var workers = new WorkerThreads(threads);
        double best = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < Seconds)
        {
            long start = Stopwatch.GetTimestamp();
            workers.Run(threads, _ => Multiply(device));
            settle();
            best = Math.Max(best, threads * Products * 2.0 * Size * Size * Size / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    private static void Multiply(Device device)
    {
        using var scope = NewDisposeScope();
        var (a, b, c) = (ones(Size, Size, device: device), ones(Size, Size, device: device), zeros(Size, Size, device: device));
        for (int i = 0; i < Products; i++)
        {
            c.addmm_(a, b, 0f, 1f);
        }
    }
}
