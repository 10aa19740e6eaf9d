namespace FlowOde.Solvers.Fields;

/// <summary>Workspaces lent by a pool until this is disposed.</summary>
/// <param name="pool">The pool.</param>
internal sealed class PoolLease(WorkspacePool pool) : IDisposable
{
    private readonly Stack<(object Key, IDisposable Workspace)> _lent = new();

    /// <summary>A free workspace of this key, or a new one; goes back with all others.</summary>
    public T Rent<T>(object key, Func<T> make)
        where T : class, IDisposable
    {
        var workspace = pool.Rent(key, make);
        _lent.Push((key, workspace));
        return workspace;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_lent.TryPop(out var lent))
        {
            pool.Return(lent.Key, lent.Workspace);
        }
    }
}
