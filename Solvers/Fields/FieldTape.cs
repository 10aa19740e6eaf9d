namespace FlowOde.Solvers.Fields;

/// <summary>
/// What one evaluation of a field leaves for its pullback. Made by a <see cref="FieldWorkspace"/> and owned by whoever solves, so
/// that fields themselves hold nothing that changes. No parameter may be updated while a tape is live.
/// </summary>
public abstract class FieldTape : IDisposable
{
    /// <summary>Native memory that this tape holds, in bytes.</summary>
    public abstract long Bytes { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
