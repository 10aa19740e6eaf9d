using FlowOde.Flows.Composition;
using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Bijections;

/// <summary>The record of a map with a closed-form pullback: it keeps the result, whatever else the pullback reads, and takes no solve. Owns both.</summary>
/// <param name="result">Where the rows went; taken over from the scope it was made in.</param>
/// <param name="pullback">From the cotangent to ∂L/∂data, a new tensor; adds the parameters' gradient to its second argument.</param>
/// <param name="kept">Tensors that the pullback reads, taken over; may be empty.</param>
internal sealed class RecordedBijection(FlowResult result, Func<FlowCotangent, FlatVector, Tensor> pullback, params Tensor[] kept) : RecordedFlow
{
    private readonly Tensor[] _kept = [.. kept.Select(tensor => tensor.DetachFromDisposeScope())];

    public override Tensor Values { get; } = result.Values.DetachFromDisposeScope();

    public override Tensor DeltaLogDensity { get; } = result.DeltaLogDensity.DetachFromDisposeScope();

    public override IReadOnlyList<Tensor> Regularizers => [];

    public override SolveStatistics Statistics => result.Statistics;

    public override IReadOnlyList<BatchMoments> Moments => Proposed;

    /// <summary>What the map proposes for its running statistics.</summary>
    internal IReadOnlyList<BatchMoments> Proposed { get; init; } = [];

    public override FlowGradient Pullback(FlowCotangent cotangent, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoGradient);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return new(pullback(cotangent, intoGradient).MoveToOuterDisposeScope(), new());
    }

    public override void Dispose()
    {
        result.Dispose();
        Array.ForEach(_kept, tensor => tensor.Dispose());
    }
}
