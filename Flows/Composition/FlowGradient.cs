using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>What pulling a cotangent back through a flow yields besides the parameter gradient.</summary>
/// <param name="Data">∂L/∂data, [batch, dimension]; belongs to the caller.</param>
/// <param name="Statistics">What it cost.</param>
public sealed record FlowGradient(Tensor Data, SolveStatistics Statistics)
{
    /// <summary>The largest drift of a state that was rebuilt backward; see <see cref="Solvers.Adjoints.SolveGradient.Drift"/>.</summary>
    public double Drift { get; init; }
}
