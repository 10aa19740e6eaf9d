using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// Numerical differentiation formulas of variable step, for stiff equations: the backward differentiation formulas with a term that makes their errors smaller.
/// One evaluation is unknown in a step, whatever the order.
/// </summary>
/// <remarks>
/// Shampine, Reichelt 1997, The MATLAB ODE suite, SIAM J. Sci. Comput. 18:1, in quasi-constant steps: the backward differences of the solution are those of equal steps, and are
/// interpolated where the length changes. Orders 1 and 2 are L-stable; those above damp what lies within an angle about the negative axis, of 80°, 66° and 51° for 3, 4 and 5.
/// </remarks>
public sealed class BdfMethod : IStepper
{
    /// <summary>The highest order: the sixth damps too little, and those above it diverge.</summary>
    public const int MostOrder = 5;

    /// <summary>What the names of methods of one order begin with; the order follows.</summary>
    public const string Prefix = "bdf:";

    private BdfMethod(string name, int? fixedOrder) => (Name, FixedOrder) = (name, fixedOrder);

    /// <summary>The method of variable order, 1 to 5. It starts with order 1, which stays where steps are not judged.</summary>
    public static BdfMethod VariableOrder { get; } = new("bdf", null);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The order of all steps, or null where it varies.</summary>
    public int? FixedOrder { get; }

    /// <inheritdoc/>
    public int Order => FixedOrder ?? 1;

    /// <inheritdoc/>
    public int EmbeddedOrder => Order;

    /// <inheritdoc/>
    public int HighestOrder => FixedOrder ?? MostOrder;

    /// <inheritdoc/>
    public int DenseOrder => Math.Min(Order, Radau5.Tableau.DenseOrder); // that of the first steps, which Radau IIA makes; behind them it is the order

    /// <inheritdoc/>
    public Stability Stability => HighestOrder <= 2 ? Stability.LStable : Stability.AlphaStable;

    /// <inheritdoc/>
    public bool StatesStageWeights => false;

    /// <summary>The method of one order. Steps of Radau IIA of order 5 make its first states, where it needs more than one.</summary>
    /// <param name="order">The order: 1 to <see cref="MostOrder"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no method of this order.</exception>
    public static BdfMethod OfOrder(int order) => order is >= 1 and <= MostOrder
        ? new($"{Prefix}{order}", order)
        : throw new ArgumentOutOfRangeException(nameof(order), order, $"A BDF method has an order from 1 to {MostOrder}: the sixth damps too little, and those above it diverge.");

    /// <inheritdoc/>
    public StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device) => new BdfWorkspace(this, layout, dtype, device);
}
