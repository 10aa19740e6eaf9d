using FlowOde.Flows.Training;
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
        bool failed = false;
        using var workers = new WorkerThreads((int)Math.Clamp(chunks, 1, threads));
        workers.Run(workers.Count, _ =>
        {
            while (!Volatile.Read(ref failed) && !stop.IsCancellationRequested)
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
                }
                catch
                {
                    Volatile.Write(ref failed, true); // the other threads need not go on
                    throw;
                }

                progress?.Report((double)Interlocked.Increment(ref done) / chunks);
            }
        });
        stop.ThrowIfCancellationRequested();
    }
}
