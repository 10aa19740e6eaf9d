using static TorchSharp.torch;

namespace FlowOde.Flows.Training;

/// <summary>The rows of one training step.</summary>
/// <param name="Values">The rows, [batch, dimension], of the model's type and device. Belongs to whoever asked for the batch.</param>
/// <param name="Rows">The number of each row in the whole data set: what random draws are keyed by.</param>
public sealed record TrainingBatch(Tensor Values, long[] Rows) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
