using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>Where a layer's Hamiltonian H(θ) = p_{n+1}·f(t_n, x_n, θ) is to be maximised; its vectors belong to the trajectory.</summary>
public sealed record HamiltonianPoint
{
    /// <summary>t_n.</summary>
    public required double Time { get; init; }

    /// <summary>h.</summary>
    public required double Step { get; init; }

    /// <summary>x_n.</summary>
    public required FlatVector State { get; init; }

    /// <summary>x_{n+1}: with x_n it gives ẋ of the controls so far.</summary>
    public required FlatVector NextState { get; init; }

    /// <summary>p_n: with p_{n+1} it gives ṗ of the controls so far.</summary>
    public required FlatVector Costate { get; init; }

    /// <summary>p_{n+1}.</summary>
    public required FlatVector NextCostate { get; init; }

    /// <summary>The weight ρ of what the extended method subtracts, ½ρ‖ẋ − ∇_pH‖² + ½ρ‖ṗ + ∇_xH‖²; 0 in the basic one.</summary>
    public required double Penalty { get; init; }
}
