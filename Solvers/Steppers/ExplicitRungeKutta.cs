using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>An explicit Runge–Kutta method: k_i = f(t + c_i h, y + hΣ a_ij k_j), y' = y + hΣ b_i k_i.</summary>
public sealed class ExplicitRungeKutta : IDifferentiableStepper
{
    /// <summary>Takes the coefficients.</summary>
    /// <exception cref="ArgumentException">The method is implicit.</exception>
    public ExplicitRungeKutta(ButcherTableau tableau)
    {
        ArgumentNullException.ThrowIfNull(tableau);
        Tableau = tableau.IsExplicit ? tableau : throw new ArgumentException($"'{tableau.Name}' is implicit; use {nameof(ImplicitRungeKutta)}.", nameof(tableau));
    }

    /// <summary>The coefficients.</summary>
    public ButcherTableau Tableau { get; }

    /// <inheritdoc/>
    public string Name => Tableau.Name;

    /// <inheritdoc/>
    public int Order => Tableau.Order;

    /// <inheritdoc/>
    public int EmbeddedOrder => Tableau.EmbeddedOrder;

    /// <inheritdoc/>
    public bool JudgesRows => EmbeddedOrder > 0;

    /// <inheritdoc/>
    public int DenseOrder => Tableau.DenseOrder;

    /// <inheritdoc/>
    public int Stages => Tableau.Stages;

    /// <inheritdoc/>
    public bool StatesStageWeights => true;

    /// <inheritdoc/>
    public int TapedStages => IsFirstSameAsLast ? Tableau.Stages - 1 : Tableau.Stages;

    /// <inheritdoc/>
    public int CarriedVectors => 1;

    /// <summary>Whether the evaluation after the taped stages is the first of the next step.</summary>
    public bool IsFirstSameAsLast => Tableau.IsFirstSameAsLast;

    /// <inheritdoc/>
    public StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device) =>
        new RungeKuttaWorkspace(this, layout, dtype, device);

    /// <inheritdoc/>
    public StepPullback CreatePullback(VectorLayout layout, torch.ScalarType dtype, torch.Device device) =>
        new RungeKuttaPullback(this, layout, dtype, device);

    /// <summary>Writes h·factors into a buffer and returns the part written.</summary>
    internal static ReadOnlySpan<double> Scaled(ReadOnlySpan<double> factors, double step, Span<double> buffer)
    {
        for (int i = 0; i < factors.Length; i++)
        {
            buffer[i] = step * factors[i];
        }

        return buffer[..factors.Length];
    }
}
