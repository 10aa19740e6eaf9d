using FlowOde.Solvers.Newton;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// An implicit Runge–Kutta method, for stiff equations: k_i = f(t + c_i h, y + hΣ a_ij k_j) with a sum over all stages, solved by Newton's iteration;
/// y' = y + hΣ b_i k_i.
/// </summary>
/// <remarks>Hairer, Wanner, Solving ODEs II, IV.6 and IV.8.</remarks>
public sealed class ImplicitRungeKutta : IDifferentiableStepper
{
    /// <summary>Takes the coefficients.</summary>
    /// <exception cref="ArgumentException">The method is explicit.</exception>
    public ImplicitRungeKutta(ButcherTableau tableau)
    {
        ArgumentNullException.ThrowIfNull(tableau);
        Tableau = !tableau.IsExplicit ? tableau : throw new ArgumentException($"'{tableau.Name}' is explicit; use {nameof(ExplicitRungeKutta)}.", nameof(tableau));
    }

    /// <summary>The coefficients.</summary>
    public ButcherTableau Tableau { get; }

    /// <summary>
    /// The most entries of evolving segments for which Newton's iteration has its Jacobian as a matrix, which takes an evaluation an entry and is
    /// kept from step to step while it serves. Larger states are solved for by GMRES on products with the Jacobian; 0 for GMRES always.
    /// </summary>
    /// <value>64 by default. Rows of a batch count one by one: nothing says that a field does not mix them.</value>
    public int DenseLimit
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(DenseLimit)} is a number of entries, at least 0.");
    } = NewtonIteration.UsualDenseLimit;

    /// <inheritdoc/>
    public string Name => Tableau.Name;

    /// <inheritdoc/>
    public int Order => Tableau.Order;

    /// <inheritdoc/>
    public int EmbeddedOrder => Tableau.EmbeddedOrder;

    /// <inheritdoc/>
    public int DenseOrder => Tableau.DenseOrder;

    /// <inheritdoc/>
    public int Stages => Tableau.Stages;

    /// <inheritdoc/>
    public Stability Stability => Tableau.Stability;

    /// <inheritdoc/>
    public bool StatesStageWeights => true;

    /// <inheritdoc/>
    public int TapedStages => Tableau.Stages;

    /// <inheritdoc/>
    public int CarriedVectors => 1;

    /// <inheritdoc/>
    public StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device) =>
        new ImplicitRungeKuttaWorkspace(this, layout, dtype, device);

    /// <inheritdoc/>
    public StepPullback CreatePullback(VectorLayout layout, torch.ScalarType dtype, torch.Device device) =>
        new ImplicitRungeKuttaPullback(this, layout, dtype, device);

    /// <summary>Writes y' = y + hΣ b_i k_i, constants apart.</summary>
    internal void WriteEnd(FlatVector start, double step, FlatVector[] derivatives, FlatVector intoEnd)
    {
        Span<double> factors = stackalloc double[Tableau.Stages];
        LinearCombination.Write(start, ExplicitRungeKutta.Scaled(Tableau.B, step, factors), derivatives, start.Layout.DerivativeRanges, intoEnd);
    }
}
