using FlowOde.Solvers.Fields;

namespace FlowOde.Solvers.Adjoints;

/// <summary>The check that every adjoint makes first.</summary>
internal static class RecordedFields
{
    public static IDifferentiableField Differentiable(OdeProblem problem) => problem.Field as IDifferentiableField
        ?? throw new ArgumentException($"{problem.Field.GetType().Name} has no pullback, so its solves have no gradient. Give an {nameof(IDifferentiableField)}.", nameof(problem));
}
