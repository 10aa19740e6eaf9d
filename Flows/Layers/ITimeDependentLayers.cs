using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// A kind of time-dependent layer. At each time it is a plain affine layer; the kind says only how weights W(t) [out, in] and
/// biases b(t) [out] come from parameters and time, for all layers of a network at once. Immutable.
/// </summary>
/// <remarks>After FFJORD (Grathwohl et al. 2019, §4 and their public code), whose kinds differ in just this.</remarks>
public interface ITimeDependentLayers
{
    /// <summary>The name in configurations.</summary>
    string Name { get; }

    /// <summary>What it computes, in one line.</summary>
    string Description { get; }

    /// <summary>
    /// The parameters of all layers, ordered by kind (all weights, all biases, …), so that the gates of all layers are one vector
    /// operation. Names are the kind and the layer: <c>weight.0</c>.
    /// </summary>
    IReadOnlyList<LayerParameter> Parameters(LayerSizes sizes);

    /// <summary>Makes scratch memory that folds these parameters into affine layers. Belongs to the caller.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="parameters">Whose first segments are <see cref="Parameters"/>; read at each fold, never changed.</param>
    LayerFold CreateFold(LayerSizes sizes, FlatVector parameters);

    /// <summary>W(t) [out, in] and b(t) [out] of one layer as torch expressions, for autograd.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="time">The time t of all rows, [].</param>
    /// <param name="parameters">A tensor for each of <see cref="Parameters"/>, and any after them.</param>
    /// <returns>
    /// New tensors or parameters, with the kernels [out, area] of a channel of ones where these layers have them (see <see cref="AffineLayers.OnesWeight"/>);
    /// temporaries stay in the caller's scope.
    /// </returns>
    (Tensor Weight, Tensor Bias, Tensor? OnesWeight) Express(LayerSizes sizes, int layer, Tensor time, IReadOnlyList<Tensor> parameters);
}
