using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// An explicit method that goes over to an implicit one of the same order where the equation is stiff, and back: Dormand and Prince's, and Radau IIA.
/// </summary>
/// <remarks>
/// Petzold 1983, on choosing methods by themselves; the test of stiffness in the explicit method is Hairer and Wanner's (Solving ODEs II, IV.2): h‖k_7 − k_6‖/‖y_7 − y_6‖ at its bound
/// of stability in 15 accepted steps. In the implicit method a power iteration of one evaluation a step follows the largest eigenvalue of ∂f/∂y.
/// </remarks>
public sealed class SwitchingMethod : IStepper
{
    private SwitchingMethod()
    {
    }

    /// <summary>The method.</summary>
    public static SwitchingMethod Instance { get; } = new();

    /// <summary>What it is where the equation is not stiff.</summary>
    public ExplicitRungeKutta Explicit { get; } = new(Dopri5.Tableau);

    /// <summary>What it is where the equation is stiff.</summary>
    public ImplicitRungeKutta Implicit { get; } = new(Radau5.Tableau);

    /// <inheritdoc/>
    public string Name => "auto-switch";

    /// <inheritdoc/>
    public int Order => Math.Min(Explicit.Order, Implicit.Order);

    /// <inheritdoc/>
    /// <remarks>That of the explicit method, so that it is this one where nothing is stiff; the estimate of the implicit one is of order 3, whose steps are changed a little more gently for it.</remarks>
    public int EmbeddedOrder => Explicit.EmbeddedOrder;

    /// <inheritdoc/>
    public int DenseOrder => Math.Min(Explicit.DenseOrder, Implicit.DenseOrder);

    /// <inheritdoc/>
    public int Stages => Math.Max(Explicit.Stages, Implicit.Stages);

    /// <inheritdoc/>
    public bool StatesStageWeights => false;

    /// <inheritdoc/>
    public bool AllowsForStiffness => true;

    /// <inheritdoc/>
    public StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device) => new SwitchingWorkspace(this, layout, dtype, device);
}
