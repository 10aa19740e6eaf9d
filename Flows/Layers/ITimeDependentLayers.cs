using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// A kind of time-dependent layer. At each time it is a plain affine layer, perhaps with half of its outputs gating the other; the kind says only how weights W(t) [out, in] and
/// biases b(t) [out] come from parameters and time, for all layers of a network at once. Immutable.
/// </summary>
/// <remarks>After FFJORD (Grathwohl et al. 2019, §4 and their public code), whose kinds differ in just this.</remarks>
public interface ITimeDependentLayers
{
    /// <summary>The name in configurations.</summary>
    string Name { get; }

    /// <summary>What it computes, in one line.</summary>
    string Description { get; }

    /// <summary>Whether layers are for convolutions alone; else for matrices too.</summary>
    bool NeedsImages => false;

    /// <summary>Number of affine outputs for each number that a layer hands on: 2 where a second half of them gates the first. Goes into <see cref="LayerSizes.OutputsPerUnit"/>.</summary>
    int OutputsPerUnit => 1;

    /// <summary>
    /// The parameters of all layers, ordered by kind (all weights, all biases, …), so that the gates of all layers are one vector
    /// operation. Names are the kind and the layer: <c>weight.0</c>.
    /// </summary>
    IReadOnlyList<LayerParameter> Parameters(LayerSizes sizes);

    /// <summary>Makes scratch memory that folds these parameters into affine layers. Belongs to the caller.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="parameters">Whose first segments are <see cref="Parameters"/>; read at each fold, never changed.</param>
    LayerFold CreateFold(LayerSizes sizes, FlatVector parameters);

    /// <summary>Makes scratch memory that says how these layers act at a time for each row. Belongs to the caller.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="parameters">Whose first segments are <see cref="Parameters"/>; read at each fold, never changed.</param>
    /// <param name="rows">Number of rows B, at least 1.</param>
    RowFold CreateRowFold(LayerSizes sizes, FlatVector parameters, long rows);

    /// <summary>One layer as a torch expression, for autograd.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="time">The time t of all rows, [], or of each, [B].</param>
    /// <param name="parameters">A tensor for each of <see cref="Parameters"/>, and any after them.</param>
    /// <returns>Terms of new tensors or parameters; temporaries stay in the caller's scope.</returns>
    LayerExpression Express(LayerSizes sizes, int layer, Tensor time, IReadOnlyList<Tensor> parameters);
}
