namespace FlowOde.Solvers.Fields;

/// <summary>
/// The scratch memory of one solve of one field (folded weights, reverse buffers) and its tapes. Not thread-safe: one solve, one
/// workspace. Pooled by <see cref="WorkspacePool"/>, because making views costs as much as an evaluation.
/// </summary>
public abstract class FieldWorkspace : IDisposable
{
    private readonly Stack<FieldTape> _free = new();

    /// <summary>A tape that nobody uses: a returned one, or a new one.</summary>
    public FieldTape RentTape() => _free.TryPop(out var tape) ? tape : CreateTape();

    /// <summary>Gives a tape back; its content is no longer needed.</summary>
    public void ReturnTape(FieldTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        _free.Push(tape);
    }

    /// <summary>Frees tapes that nobody uses, down to a number.</summary>
    /// <param name="keep">How many may stay.</param>
    public void TrimTapes(int keep)
    {
        while (_free.Count > keep)
        {
            _free.Pop().Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_free.TryPop(out var tape))
        {
            tape.Dispose();
        }

        DisposeScratch();
    }

    /// <summary>Makes a tape for this workspace's batch, type and device.</summary>
    protected abstract FieldTape CreateTape();

    /// <summary>Frees the scratch memory.</summary>
    protected abstract void DisposeScratch();
}
