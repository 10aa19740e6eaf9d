using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// What of a vector in the layout of the parameters belongs to one of the terms s ∘ (W h + b + R * c) whose sum a time-dependent layer is, where each row has a
/// time of its own: of the parameters W, b and R themselves, of a gradient their cotangents.
/// </summary>
/// <param name="Weight">W, [out, in]; null for zero.</param>
/// <param name="Bias">b, [out]; null for zero.</param>
/// <param name="FixedWeight">R, [out, channels·area], the kernels of some of the inputs that are the same in all rows (see <see cref="AffineLayers.FixedWeight"/>); null for zero.</param>
/// <param name="FirstFixedInput">The first of these inputs, counted from 0.</param>
public sealed record RowTerm(Tensor? Weight, Tensor? Bias, Tensor? FixedWeight = null, int FirstFixedInput = 0);
