namespace FlowOde.Solvers.Measurement;

/// <summary>Memory and time of one gradient, measured in this process.</summary>
public sealed record GradientMeasurement
{
    /// <summary>Resident memory of the process in the first gradient, whose pools were empty; <see cref="MemoryReading.Above"/> is the gradient's own.</summary>
    public required MemoryReading Resident { get; init; }

    /// <summary>Memory of the GPU in the first gradient, or null where none was used.</summary>
    public MemoryReading? Device { get; init; }

    /// <summary>Bytes of managed objects that the first gradient allocated in all, most of them freed again on the way.</summary>
    public required long ManagedBytes { get; init; }

    /// <summary>Seconds of the first gradient, the system's work for fresh memory included.</summary>
    public required double FirstSeconds { get; init; }

    /// <summary>The median time of the later gradients, whose pools were filled, in seconds; null where there was no time for one.</summary>
    public double? Seconds { get; init; }

    /// <summary>The number of later gradients.</summary>
    public int Repetitions { get; init; }

    /// <summary>What the first gradient cost in evaluations.</summary>
    public required GradientCost Cost { get; init; }
}
