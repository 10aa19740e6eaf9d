using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>What a step started from, kept so that the steps from there on can be made again.</summary>
/// <param name="Step">The number of the step.</param>
/// <param name="Vectors">The state and the other vectors that the method carries.</param>
/// <param name="Level">How often states after this one were given up for it; see <see cref="OnlineThinning"/>.</param>
internal sealed record Checkpoint(int Step, FlatVector[] Vectors, int Level);
