using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Scoring;

/// <summary>
/// Work on many rows in chunks of a fixed size, by several threads. Chunks do not depend on the number of threads, so neither do results.
/// </summary>
internal static class RowChunks
{
    /// <summary>Calls <paramref name="work"/> with the first row and the number of rows of each chunk, each call in a dispose scope without gradients.</summary>
    public static void Run(long rows, int chunk, int threads, IProgress<double>? progress, Action<long, int> work, CancellationToken stop)
    {
        long chunks = (rows + chunk - 1) / chunk, next = -1, done = 0;
        Exception? failure = null;
        void Loop()
        {
            while (Volatile.Read(ref failure) is null && !stop.IsCancellationRequested)
            {
                long index = Interlocked.Increment(ref next);
                if (index >= chunks)
                {
                    return;
                }

                try
                {
                    using var noGradient = no_grad();
                    using var scope = NewDisposeScope();
                    work(index * chunk, (int)Math.Min(chunk, rows - (index * chunk)));
                    progress?.Report((double)Interlocked.Increment(ref done) / chunks);
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    Interlocked.CompareExchange(ref failure, error, null); // rethrown on the caller's thread
                }
            }
        }

        var others = Enumerable.Range(1, (int)Math.Min(Math.Max(1, threads), Math.Max(1, chunks)) - 1).Select(_ => new Thread(Loop)).ToArray();
        Array.ForEach(others, thread => thread.Start());
        Loop();
        Array.ForEach(others, thread => thread.Join());
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        stop.ThrowIfCancellationRequested();
    }
}
