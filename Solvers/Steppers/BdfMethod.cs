using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// Numerical differentiation formulas of variable step and order 1 to 5, for stiff equations: the backward differentiation formulas with a term that makes their errors smaller.
/// One evaluation is unknown in a step, whatever the order.
/// </summary>
/// <remarks>
/// Shampine, Reichelt 1997, The MATLAB ODE suite, SIAM J. Sci. Comput. 18:1, in quasi-constant steps: the backward differences of the solution are those of equal steps, and are
/// interpolated where the length changes. Where steps are not judged the order stays 1.
/// </remarks>
public sealed class BdfMethod : IStepper
{
    /// <summary>The highest order.</summary>
    public const int MostOrder = 5;

    private BdfMethod()
    {
    }

    /// <summary>The method.</summary>
    public static BdfMethod Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "bdf";

    /// <inheritdoc/>
    public int Order => 1;

    /// <inheritdoc/>
    public int EmbeddedOrder => 1;

    /// <inheritdoc/>
    public int HighestOrder => MostOrder;

    /// <inheritdoc/>
    public int DenseOrder => 1;

    /// <inheritdoc/>
    public Stability Stability => Stability.AlphaStable;

    /// <inheritdoc/>
    public bool StatesStageWeights => false;

    /// <inheritdoc/>
    public StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device) => new BdfWorkspace(layout, dtype, device);
}
