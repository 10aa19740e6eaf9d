using System.Buffers.Text;
using System.Diagnostics;

namespace FlowOde.Solvers.Measurement;

/// <summary>Resident memory of processes, and how much of the machine's is free. In bytes.</summary>
public static class ResidentMemory
{
    /// <summary>What this process has resident now.</summary>
    public static long Now() => OperatingSystem.IsLinux() && OfStatm("/proc/self/statm") is { } bytes ? bytes : Environment.WorkingSet;

    /// <summary>The most that this process had resident so far.</summary>
    public static long Peak()
    {
        if (ProcStatus.Bytes("VmHWM") is { } peak)
        {
            return peak;
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>What another process has resident now; 0 where it has ended.</summary>
    public static long Of(Process process)
    {
        ArgumentNullException.ThrowIfNull(process);
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return OfStatm($"/proc/{process.Id}/statm") ?? 0;
            }

            process.Refresh();
            return process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>What a further process could take without swapping: the machine's free memory, or what is left of a container's limit where that is less.</summary>
    public static long Available()
    {
        var memory = GC.GetGCMemoryInfo(); // knows the limits of containers
        long left = Math.Max(0, memory.TotalAvailableMemoryBytes - Now());
        return ProcStatus.Bytes("MemAvailable", "/proc/meminfo") is { } free ? Math.Min(free, left) : Math.Max(0, left - memory.MemoryLoadBytes);
    }

    /// <summary>
    /// Gives back what this process keeps for later but does not use: garbage, and the free lists of the C library. Without it the next
    /// solve would take such memory and seem to need less.
    /// </summary>
    public static void Trim()
    {
        for (int pass = 0; pass < 2; pass++) // what finalizers let go in the first pass is freed in the second
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        NativeHeap.Trim();
    }

    /// <summary>The second number of a statm file, in pages, as bytes; null where the file cannot be read.</summary>
    private static long? OfStatm(string path)
    {
        try
        {
            Span<byte> text = stackalloc byte[128];
            using var file = File.OpenHandle(path);
            text = text[..RandomAccess.Read(file, text, 0)];
            return Utf8Parser.TryParse(text[(text.IndexOf((byte)' ') + 1)..], out long pages, out _) ? pages * Environment.SystemPageSize : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
