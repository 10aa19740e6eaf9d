using System.Runtime.InteropServices;

namespace FlowOde.Solvers.Measurement;

/// <summary>The memory of the present CUDA device, by the CUDA runtime that libtorch has loaded.</summary>
internal sealed unsafe class CudaMemory
{
    private static readonly string[] _names = OperatingSystem.IsWindows() ? ["cudart64_13", "cudart64_12"] : ["libcudart.so.13", "libcudart.so.12", "libcudart.so"];

    private readonly delegate* unmanaged<nuint*, nuint*, int> _getInfo;

    private CudaMemory(delegate* unmanaged<nuint*, nuint*, int> getInfo) => _getInfo = getInfo;

    /// <summary>The runtime's entry, or null where there is no runtime or no device.</summary>
    public static CudaMemory? Find()
    {
        if (!TorchSharp.torch.cuda.is_available())
        {
            return null;
        }

        foreach (string name in Loaded().Concat(_names))
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "cudaMemGetInfo", out nint entry))
            {
                var found = new CudaMemory((delegate* unmanaged<nuint*, nuint*, int>)entry);
                if (found.TryRead(out _))
                {
                    return found;
                }
            }
        }

        return null;
    }

    /// <summary>Bytes of the device in use, by every process.</summary>
    /// <exception cref="InvalidOperationException">The runtime refuses to say.</exception>
    public long Used() => TryRead(out long used) ? used : throw new InvalidOperationException("cudaMemGetInfo failed; an earlier CUDA call may have broken the context.");

    private bool TryRead(out long used)
    {
        nuint free = 0, total = 0;
        bool done = _getInfo(&free, &total) == 0;
        used = (long)(total - free);
        return done;
    }

    /// <summary>The very file that is loaded already, whatever its name: a second copy of the runtime would have a context of its own.</summary>
    private static IEnumerable<string> Loaded() => File.Exists("/proc/self/maps")
        ? File.ReadLines("/proc/self/maps").Select(line => line[(line.IndexOf('/', StringComparison.Ordinal) + 1)..]).Where(path => path.Contains("libcudart", StringComparison.Ordinal)).Select(path => "/" + path).Distinct()
        : [];
}
