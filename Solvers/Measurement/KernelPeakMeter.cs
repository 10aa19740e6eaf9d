namespace FlowOde.Solvers.Measurement;

/// <summary>The peak that the Linux kernel itself keeps: no sample can miss it.</summary>
/// <remarks>proc(5): a 5 written to /proc/self/clear_refs sets VmHWM, the peak, to the present resident set, VmRSS.</remarks>
internal sealed class KernelPeakMeter : MemoryMeter
{
    private const string ClearRefs = "/proc/self/clear_refs";

    /// <summary>Whether the peak can be reset here.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && TryReset() && ProcStatus.Bytes("VmHWM") is not null && ProcStatus.Bytes("VmRSS") is not null;

    /// <inheritdoc/>
    public override MemoryReading Measure(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        File.WriteAllText(ClearRefs, "5");
        long before = ProcStatus.Bytes("VmRSS")!.Value;
        work();
        return new(before, ProcStatus.Bytes("VmHWM")!.Value, "the kernel's peak of resident memory (VmHWM)");
    }

    private static bool TryReset()
    {
        try
        {
            File.WriteAllText(ClearRefs, "5");
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false; // not every container may
        }
    }
}
