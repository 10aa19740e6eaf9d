using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>The training batches as tensors of the model's type and device.</summary>
/// <param name="data">The data.</param>
/// <param name="source">The run's draws.</param>
/// <param name="rows">Rows of a batch.</param>
/// <param name="dtype">The model's type.</param>
/// <param name="device">The model's device.</param>
internal sealed class BatchSource(TrainingData data, RandomSource source, int rows, ScalarType dtype, Device device)
{
    private readonly double[] _values = new double[rows * data.Dimension];

    /// <summary>The batch of a step; belongs to the caller.</summary>
    public TrainingBatch At(long step)
    {
        var numbers = new long[rows];
        data.FillBatch(source, step, _values, numbers);
        using var scope = NewDisposeScope();
        var values = tensor(_values, [rows, data.Dimension], dtype: ScalarType.Float64).to(dtype).to(device);
        return new(values.MoveToOuterDisposeScope(), numbers);
    }
}
