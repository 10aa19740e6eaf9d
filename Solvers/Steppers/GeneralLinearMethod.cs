using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>A method that carries more than the state from step to step, each step being linear in the carried vectors and its stages.</summary>
/// <remarks>Butcher 1966, Math. Comp. 20:1. Reversible methods are of this kind: what they carry beside the state is what undoes the step.</remarks>
public class GeneralLinearMethod : IDifferentiableStepper
{
    /// <summary>Takes the coefficients.</summary>
    public GeneralLinearMethod(GeneralLinearTableau tableau) => Tableau = tableau ?? throw new ArgumentNullException(nameof(tableau));

    /// <summary>The coefficients.</summary>
    public GeneralLinearTableau Tableau { get; }

    /// <inheritdoc/>
    public string Name => Tableau.Name;

    /// <inheritdoc/>
    public int Order => Tableau.Order;

    /// <inheritdoc/>
    public int EmbeddedOrder => Tableau.EmbeddedOrder;

    /// <inheritdoc/>
    public int Stages => Tableau.Step.Stages;

    /// <inheritdoc/>
    public bool StatesStageWeights => false;

    /// <inheritdoc/>
    public int DenseOrder => Math.Min(Order, 3);

    /// <inheritdoc/>
    public int TapedStages => Tableau.Step.Stages;

    /// <inheritdoc/>
    public int CarriedVectors => Tableau.Carried.Length;

    /// <inheritdoc/>
    public bool Supports(VectorLayout layout, out string reason)
    {
        reason = Tableau.Step.Parts.Length == 1 || SecondOrderLayout.TrySplit(layout, out _)
            ? string.Empty
            : $"'{Name}' is for second-order systems and others of two halves: evolving segments of which the first half are positions and the second half velocities of the same shapes, and no quadratures. The state is ({layout}); use another solver.";
        return reason.Length == 0;
    }

    /// <inheritdoc/>
    public StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device) => new GeneralLinearWorkspace(Tableau, layout, dtype, device);

    /// <inheritdoc/>
    public StepPullback CreatePullback(VectorLayout layout, torch.ScalarType dtype, torch.Device device) => new GeneralLinearPullback(Tableau, layout, dtype, device);
}
