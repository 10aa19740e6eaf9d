using static TorchSharp.torch;

namespace FlowOde.Samplers.Scoring;

/// <summary>How rows are scored.</summary>
public sealed record ScorerOptions
{
    /// <summary>The type in which solves run; that of the flow's parameters.</summary>
    /// <value>Float64 by default.</value>
    public ScalarType DType { get; init; } = ScalarType.Float64;

    /// <summary>The device of the flow's parameters.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Number of threads, at least 1.</summary>
    /// <value>1 by default.</value>
    public int Threads
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Scoring needs at least one thread.");
    } = 1;

    /// <summary>Independent estimates of each row where the trace is estimated, at least 1; 1 where it is exact.</summary>
    /// <value>1 by default.</value>
    public int Estimates
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one estimate is needed.");
    } = 1;

    /// <summary>Whether a row that cannot be solved for has the score NaN; otherwise it ends the scoring of all.</summary>
    /// <value>False by default.</value>
    public bool MarksUnsolved { get; init; }

    /// <summary>Rows solved together, at least 1. The batch shares its steps, so scores depend on it within the tolerance.</summary>
    /// <value>512 by default.</value>
    public int Chunk
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A chunk has at least one row.");
    } = 512;
}
