using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// One of the terms s ∘ (W h + b + R * c) whose sum a time-dependent layer is, as torch expressions: only the scale s depends on time, so that each row
/// may have a time of its own.
/// </summary>
/// <param name="Scale">s: [1] or [out] at a time that all rows share, [B, 1] or [B, out] at a time for each row; null for one.</param>
/// <param name="Weight">W, [out, in]; null for zero.</param>
/// <param name="Bias">b, [out]; null for zero.</param>
/// <param name="FixedWeight">R, [out, channels·area], the kernels of the first channels c that are the same in all rows (see <see cref="AffineLayers.FixedWeight"/>); null for zero.</param>
public sealed record LayerTerm(Tensor? Scale, Tensor? Weight, Tensor? Bias, Tensor? FixedWeight = null);
