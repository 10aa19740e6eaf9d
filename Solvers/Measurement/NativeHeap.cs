using System.Runtime.InteropServices;

namespace FlowOde.Solvers.Measurement;

/// <summary>The heap of the C library, in which tensors lie. Where it is not glibc's nothing is changed.</summary>
/// <remarks>
/// mallopt(3): large blocks come from the system and go back to it at once, but the size from which a block is large grows with use.
/// Blocks below it lie in the heap, and a hole that a tensor leaves there is too small for the next tensor of its size, which has to be
/// aligned: a solve by back-propagation then takes up to half as much again, by chance. Measurements hold the size fixed.
/// </remarks>
internal static unsafe class NativeHeap
{
    private const int MmapThreshold = -3; // M_MMAP_THRESHOLD
    private const int Fixed = 64 << 10;
    private const int Greatest = 32 << 20; // up to which glibc lets it grow

    private static readonly delegate* unmanaged<nuint, int> _trim = (delegate* unmanaged<nuint, int>)Export("malloc_trim");
    private static readonly delegate* unmanaged<int, int, int> _mallopt = (delegate* unmanaged<int, int, int>)Export("mallopt");

    /// <summary>Gives back the free lists.</summary>
    public static void Trim()
    {
        if (_trim is not null)
        {
            _ = _trim(0);
        }
    }

    /// <summary>From here on blocks of 64 KiB and more are taken from the system itself.</summary>
    public static void TakeLargeBlocksFromSystem() => Set(Fixed);

    /// <summary>From here on the heap takes blocks of tensors' usual sizes, as it comes to do in a process that has freed a large one.</summary>
    public static void TakeLargeBlocksFromHeap() => Set(Greatest);

    private static void Set(int threshold)
    {
        if (_mallopt is not null && _trim is not null) // musl has the one as a stub, and not the other
        {
            _ = _mallopt(MmapThreshold, threshold);
        }
    }

    private static nint Export(string name) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, name, out nint export) ? export : 0;
}
