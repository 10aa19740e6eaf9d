namespace FlowOde.Solvers.Measurement;

/// <summary>Measures the peak of a memory while some work runs in this process.</summary>
public abstract class MemoryMeter
{
    private protected MemoryMeter()
    {
    }

    /// <summary>The meter of this process's resident memory: the kernel's own peak where it can be reset (Linux), else samples of about a millisecond.</summary>
    public static MemoryMeter ForProcess { get; } = KernelPeakMeter.IsSupported
        ? new KernelPeakMeter()
        : new SampledMemoryMeter(ResidentMemory.Now, "resident memory sampled every millisecond");

    /// <summary>The meter of the GPU's memory, or null where libtorch has loaded no CUDA runtime.</summary>
    /// <remarks>
    /// cudaMemGetInfo, which sees what every process takes of the device, and libtorch's cache as a whole: what an earlier solve left in
    /// that cache hides as much of the next one.
    /// </remarks>
    public static MemoryMeter? FindForDevice() =>
        CudaMemory.Find() is { } memory ? new SampledMemoryMeter(memory.Used, "device memory (cudaMemGetInfo) sampled every millisecond") : null;

    /// <summary>Runs some work and reads the memory's peak meanwhile.</summary>
    /// <param name="work">The work; its exceptions pass through.</param>
    public abstract MemoryReading Measure(Action work);
}
