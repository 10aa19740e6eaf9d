using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Stores every accepted state, and of the step that is pulled back its stages and one tape: the exact gradient of the discrete solve
/// with a single tape at a time. Explicit Runge–Kutta methods only.
/// </summary>
/// <remarks>
/// The partitioned method that conserves the bilinear invariant λ·δ: Sanz-Serna 2016, SIAM Review 58:3; Matsubara et al. 2021 (SAM),
/// §3–4. Computed in the variables κ_i = h b_i Λ_i of <see cref="RungeKuttaPullback"/>, which need no case for weights b_i = 0.
/// </remarks>
public sealed class SymplecticAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => "symplectic";

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason)
    {
        bool supported = stepper is ExplicitRungeKutta;
        reason = supported ? string.Empty : $"'{Name}' is the partner of explicit Runge–Kutta methods, which '{stepper?.Name}' is not; use one of {string.Join(", ", StepperCatalog.All.OfType<ExplicitRungeKutta>().Select(other => other.Name))}, or checkpointed or binomial.";
        return supported;
    }

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return DiscreteRecorder.Record(this, problem, budget, new PeriodicPlan(1), sharesTape: true);
    }
}
