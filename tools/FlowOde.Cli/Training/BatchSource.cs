using System.Runtime.InteropServices;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>The training batches as tensors of the model's type and device.</summary>
/// <param name="data">The data.</param>
/// <param name="source">The run's draws.</param>
/// <param name="rows">Rows of a batch.</param>
/// <param name="classes">Number of classes that the model is told, or 0.</param>
/// <param name="dtype">The model's type.</param>
/// <param name="device">The model's device.</param>
internal sealed class BatchSource(TrainingData data, RandomSource source, int rows, int classes, ScalarType dtype, Device device) : IDisposable
{
    private readonly double[] _values = new double[rows * data.Dimension];
    private readonly long[][] _numbers = [new long[rows], new long[rows], new long[rows]]; // of the batch in work, the next one, and one to spare
    private (long Step, Task<TrainingBatch> Batch)? _next;

    /// <summary>The batch of a step; belongs to the caller until the next is asked for. While it is worked on, the next one is made.</summary>
    public TrainingBatch Next(long step)
    {
        TrainingBatch batch;
        if (_next is { } next && next.Step == step)
        {
            batch = next.Batch.GetAwaiter().GetResult();
        }
        else
        {
            Dispose();
            batch = At(step);
        }

        _next = (step + 1, Task.Run(() => At(step + 1)));
        return batch;
    }

    /// <summary>The batch of a step alone; belongs to the caller.</summary>
    public TrainingBatch At(long step)
    {
        long[] numbers = _numbers[step % _numbers.Length];
        data.FillBatch(source, step, _values, numbers);
        using var scope = NewDisposeScope();
        var values = empty(rows, data.Dimension, dtype: ScalarType.Float64);
        MemoryMarshal.AsBytes(_values.AsSpan()).CopyTo(values.bytes);
        return new(values.to(dtype).to(device).MoveToOuterDisposeScope(), numbers)
        {
            Context = classes == 0 ? null : ClassContext.Of([.. numbers.Select(data.Label)], classes, dtype, device).MoveToOuterDisposeScope(),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_next is { } next)
        {
            next.Batch.GetAwaiter().GetResult().Dispose();
            _next = null;
        }
    }
}
