using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>da/dt = −(∂f/∂y)ᵀa with dθ̄/dt = −(∂f/∂θ)ᵀa, along a y that is read from a path or integrated with them by dy/dt = f.</summary>
/// <param name="field">The field.</param>
/// <param name="tape">A tape, which every evaluation overwrites.</param>
/// <param name="layout">The parts of the backward state.</param>
/// <param name="path">Where y is read; null where the backward state has it.</param>
/// <param name="sum">Sums θ̄; null where the backward state has it.</param>
internal sealed class BackwardSystem(IDifferentiableField field, FieldTape tape, BackwardLayout layout, InterpolatedPath? path, ParameterSum? sum) : IStageSystem
{
    private readonly VectorRange[] _adjointRanges = layout.State.StateRanges;

    /// <summary>Pullbacks of the field so far.</summary>
    public int Pullbacks { get; private set; }

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative)
    {
        var (a, da) = (layout.AdjointOf(state), layout.AdjointOf(intoDerivative));
        if (path is null)
        {
            field.Evaluate(point.Time, layout.StateOf(state), tape, layout.StateOf(intoDerivative));
        }
        else
        {
            field.Evaluate(point.Time, path.At(point.Time), tape, path.Derivative);
        }

        Pullbacks++;
        if (sum is not null)
        {
            sum.Pullback(point, tape, a, da);
        }
        else
        {
            var gradient = layout.GradientOf(intoDerivative);
            gradient.Clear();
            field.Pullback(tape, a, -1, da, gradient);
        }

        LinearCombination.Write(null, [-1], [da], _adjointRanges, da);
    }

    public void Accepted(in AcceptedStep step) => sum?.Accepted(step, tape);

    public void Rejected() => sum?.Rejected();
}
