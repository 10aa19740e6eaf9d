using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Plain back-propagation: the whole solve is one autograd graph, and one sweep over it is the gradient. The reference that all other
/// methods are held to, in value, memory and time; not a method to train with.
/// </summary>
/// <remarks>
/// Exact for the discrete solve, as <see cref="DirectAdjoint"/> is by formulas of its own: the accepted grid's shares of each interval
/// between two times are held constant. Fields must be <see cref="IAutogradField"/>s and methods explicit Runge–Kutta ones. Memory is
/// what autograd keeps of every operation of every accepted step; no budget bounds it.
/// </remarks>
public sealed class BackpropagationAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => "backpropagation";

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason)
    {
        ArgumentNullException.ThrowIfNull(stepper);
        bool supported = stepper is ExplicitRungeKutta;
        reason = supported ? string.Empty : $"'{Name}' writes the steps of explicit Runge–Kutta methods as torch operations, and '{stepper.Name}' is none; use direct, or one of the solvers {string.Join(", ", StepperCatalog.All.OfType<ExplicitRungeKutta>().Select(other => other.Name))}.";
        return supported;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The field is no <see cref="IAutogradField"/>.</exception>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Recording.Of(this, problem, budget, one => new BackpropagationRecordedSolve(UnrolledSolve.Run(one)));
    }
}
