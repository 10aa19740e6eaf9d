namespace FlowOde.Solvers.Measurement;

/// <summary>How a watched process came to its end.</summary>
public enum ProcessEnd
{
    /// <summary>By itself, or by the hand of others; the exit code says which.</summary>
    Exited,

    /// <summary>It was ended because it had more memory than allowed.</summary>
    OverMemory,

    /// <summary>It was ended because it took more time than allowed.</summary>
    OverTime,
}
