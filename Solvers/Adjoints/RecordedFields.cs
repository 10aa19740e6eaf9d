using FlowOde.Solvers.Events;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;

namespace FlowOde.Solvers.Adjoints;

/// <summary>The checks that every adjoint makes first.</summary>
internal static class RecordedFields
{
    /// <exception cref="ArgumentException">The problem's parts do not fit together or with the gradient method.</exception>
    public static void Check(IAdjoint adjoint, OdeProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check();
        if (problem.Events.Count > 0)
        {
            throw new ArgumentException($"A recorded solve runs to its last time and has no events. Take {nameof(RecordedEvent)}.{nameof(RecordedEvent.Record)} for the gradient of an event.", nameof(problem));
        }

        if (problem.Limits.OnLimit != LimitAction.Throw)
        {
            throw new ArgumentException($"A gradient is one of the whole solve, so that one with {nameof(StepLimits.OnLimit)} = {problem.Limits.OnLimit} has none. Leave {nameof(LimitAction.Throw)}, or solve without gradient.", nameof(problem));
        }

        if (problem.StiffFallback is { } fallback && !adjoint.Supports(fallback, out string why))
        {
            throw new ArgumentException($"The gradient of a stiff equation's solve with '{fallback.Name}': {why}", nameof(problem));
        }

        if (!adjoint.Supports(problem.Stepper, out string reason))
        {
            throw new ArgumentException(reason, nameof(problem));
        }
    }

    /// <exception cref="ArgumentException">The field has no pullback.</exception>
    public static IDifferentiableField Differentiable(OdeProblem problem) => problem.Field as IDifferentiableField
        ?? throw new ArgumentException($"{problem.Field.GetType().Name} has no pullback, so its solves have no gradient. Give an {nameof(IDifferentiableField)}.", nameof(problem));
}
