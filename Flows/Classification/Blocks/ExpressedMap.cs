using FlowOde.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>What comes before or behind a chain of blocks, as torch operations: from rows to states, or from states to the scores of classes.</summary>
internal abstract class ExpressedMap
{
    /// <summary>The parameters, in the order of the parts.</summary>
    internal ExpressedParameters Parameters { get; } = new();

    /// <summary>The map.</summary>
    /// <param name="input">[B, …].</param>
    /// <param name="parameters">A tensor for each segment.</param>
    /// <returns>[B, …]; belongs to the caller's scope.</returns>
    internal abstract Tensor Express(Tensor input, IReadOnlyList<Tensor> parameters);
}
