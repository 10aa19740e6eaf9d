using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>States, costates and gradients of one choice of controls. Owns them.</summary>
public sealed class ControlTrajectory : IDisposable
{
    internal ControlTrajectory(FlatVector[] states, FlatVector[] costates, FlatVector[] gradients, double cost) =>
        (States, Costates, Gradients, Cost) = (states, costates, gradients, cost);

    /// <summary>x_n, N + 1 of them.</summary>
    public IReadOnlyList<FlatVector> States { get; }

    /// <summary>
    /// p_n = −∂J/∂x_n, minus the adjoint, N + 1 of them: p_N = −∇Φ and p_n = p_{n+1} + h∇_xH(x_n, p_{n+1}, θ_n). That of a quadrature is −1, so that H = p·f holds −L.
    /// </summary>
    public IReadOnlyList<FlatVector> Costates { get; }

    /// <summary>∂J/∂θ_n = −h ∂H/∂θ_n, one a layer.</summary>
    public IReadOnlyList<FlatVector> Gradients { get; }

    /// <summary>J.</summary>
    public double Cost { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var vector in States.Concat(Costates).Concat(Gradients))
        {
            vector.Dispose();
        }
    }
}
