using System.Runtime.ExceptionServices;
using TorchSharp;

namespace FlowOde.Flows.Training;

/// <summary>
/// Threads that work on tensors side by side. Each tells libtorch once to use no further threads of its own: two pools of OpenMP threads
/// on one machine wait for each other most of the time.
/// </summary>
public sealed class WorkerThreads : IDisposable
{
    private readonly SemaphoreSlim[] _starts;
    private readonly Thread[] _threads;
    private readonly CountdownEvent _finished = new(1);
    private Action<int>? _work;
    private Exception? _failure;

    /// <summary>Starts threads.</summary>
    /// <param name="count">Number of workers, the caller's thread included; at least 1.</param>
    public WorkerThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _starts = [.. Enumerable.Range(1, count - 1).Select(_ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(1, count - 1).Select(index => new Thread(() => Loop(index)) { IsBackground = true, Name = $"worker {index}" })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>Number of workers, the caller's thread included.</summary>
    public int Count => _threads.Length + 1;

    /// <summary>Calls work(0) … work(count − 1), each on a thread of its own, and waits for all.</summary>
    /// <param name="count">At most <see cref="Count"/>.</param>
    /// <param name="work">The work. The first exception is thrown again on the caller's thread.</param>
    public void Run(int count, Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        (_work, _failure) = (work, null);
        _finished.Reset(Math.Max(1, count - 1));
        for (int index = 1; index < count; index++)
        {
            _starts[index - 1].Release();
        }

        Guarded(0);
        if (count > 1)
        {
            _finished.Wait();
        }

        _work = null;
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _work = null;
        Array.ForEach(_starts, start => start.Release());
        Array.ForEach(_threads, thread => thread.Join());
        Array.ForEach(_starts, start => start.Dispose());
        _finished.Dispose();
    }

    private void Loop(int index)
    {
        torch.set_num_threads(1);
        while (true)
        {
            _starts[index - 1].Wait();
            if (_work is null)
            {
                return;
            }

            Guarded(index);
            _finished.Signal();
        }
    }

    private void Guarded(int index)
    {
        try
        {
            _work!(index);
        }
#pragma warning disable CA1031 // thrown again on the caller's thread; on a worker it would end the process
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, error, null);
        }
    }
}
