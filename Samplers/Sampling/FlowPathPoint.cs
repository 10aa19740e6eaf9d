using static TorchSharp.torch;

namespace FlowOde.Samplers.Sampling;

/// <summary>Rows at one time of their way from base to data.</summary>
/// <param name="Time">The time on the clock of the continuous flow; with several of them 0 at the base and one more behind each.</param>
/// <param name="Rows">[batch, dimension], in data units.</param>
public readonly record struct FlowPathPoint(double Time, Tensor Rows);
