using System.Collections.Concurrent;

namespace FlowOde.Solvers.Fields;

/// <summary>Keeps workspaces between solves, by what they were made for. Thread-safe.</summary>
public sealed class WorkspacePool : IDisposable
{
    private readonly ConcurrentDictionary<object, ConcurrentBag<IDisposable>> _free = new();

    /// <summary>A free workspace of this key, or a new one. The caller returns it or disposes it.</summary>
    /// <typeparam name="T">The kind of workspace.</typeparam>
    /// <param name="key">What the workspace is made for; equal keys mean interchangeable workspaces.</param>
    /// <param name="make">Makes one.</param>
    public T Rent<T>(object key, Func<T> make)
        where T : class, IDisposable
    {
        ArgumentNullException.ThrowIfNull(make);
        return _free.TryGetValue(key, out var bag) && bag.TryTake(out var workspace) ? (T)workspace : make();
    }

    /// <summary>Gives a workspace back for the next solve.</summary>
    public void Return(object key, IDisposable workspace) => _free.GetOrAdd(key, _ => []).Add(workspace);

    /// <summary>Frees every workspace that is not lent out; the pool stays usable.</summary>
    public void Clear()
    {
        foreach (var bag in _free.Values)
        {
            while (bag.TryTake(out var workspace))
            {
                workspace.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
