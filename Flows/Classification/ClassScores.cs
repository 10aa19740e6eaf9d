using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>What a classifier says of rows.</summary>
/// <param name="Logits">The logarithms of the classes' probabilities up to a constant, [B, classes]. Belongs to this object.</param>
/// <param name="Evaluations">Evaluations of the chain's fields.</param>
public sealed record ClassScores(Tensor Logits, int Evaluations) : IDisposable
{
    /// <summary>The probabilities, [B, classes] row by row.</summary>
    public double[] Probabilities()
    {
        using var scope = NewDisposeScope();
        return Logits.to(ScalarType.Float64).softmax(1).cpu().contiguous().data<double>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => Logits.Dispose();
}
