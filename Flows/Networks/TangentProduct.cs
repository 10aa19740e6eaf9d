namespace FlowOde.Flows.Networks;

/// <summary>Which product of the Jacobian J = ∂f/∂z with a direction e the tangents of a network's output are.</summary>
/// <remarks>Both give the same eᵀJe, hence the same traces; ‖Je‖² and ‖eᵀJ‖² have the same mean over directions whose weighted sum of eeᵀ has the identity as mean.</remarks>
public enum TangentProduct
{
    /// <summary>Je, carried along with the values: how f changes in a direction.</summary>
    JacobianTimesDirection,

    /// <summary>eᵀJ, pulled back: the gradient of eᵀf. What autograd offers at the cost of one sweep back.</summary>
    DirectionTimesJacobian,
}
