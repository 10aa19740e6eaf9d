using static TorchSharp.torch;

namespace FlowOde.Flows.Training;

/// <summary>The rows of one training step.</summary>
/// <param name="Values">The rows, [batch, dimension], of the model's type and device. Belongs to this batch, and that to whoever asked for it.</param>
/// <param name="Rows">The number of each row in the whole data set: what random draws are keyed by.</param>
public sealed record TrainingBatch(Tensor Values, long[] Rows) : IDisposable
{
    /// <summary>What each row's field depends on besides its place, such as its class as a unit vector, [batch, context]; null for none. Belongs to this batch.</summary>
    public Tensor? Context { get; init; }

    /// <summary>The noise that goes with each row where it was chosen for the whole batch, [batch, dimension]; null for fresh noise. Belongs to this batch.</summary>
    public Tensor? Noise { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Noise?.Dispose();
        Values.Dispose();
        Context?.Dispose();
    }
}
