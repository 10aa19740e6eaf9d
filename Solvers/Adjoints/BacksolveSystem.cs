using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// dy/dt = f, da/dt = −(∂f/∂y)ᵀa. With the seminorm θ̄ = ∫(∂f/∂θ)ᵀa dt is summed outside of the state by the weights of the step:
/// one vector for the step on trial, added to the result on acceptance, and one for stage 0, whose step is not known when it is evaluated.
/// </summary>
internal sealed class BacksolveSystem : IStageSystem
{
    private static readonly Scalar _one = 1.0;

    private readonly IDifferentiableField _field;
    private readonly FieldTape _tape;
    private readonly BacksolveLayout _layout;
    private readonly FlatVector _total;
    private readonly FlatVector _stepSum;
    private readonly FlatVector _firstStage;
    private readonly VectorRange[] _adjointRanges;

    public BacksolveSystem(IDifferentiableField field, FieldTape tape, BacksolveLayout layout, FlatVector total, FlatVector stepSum, FlatVector firstStage)
    {
        (_field, _tape, _layout, _total, _stepSum, _firstStage) = (field, tape, layout, total, stepSum, firstStage);
        _stepSum.Clear();
        _adjointRanges = layout.State.StateRanges;
    }

    public int Pullbacks { get; private set; }

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative)
    {
        var (y, a) = (_layout.StateOf(state), _layout.AdjointOf(state));
        var (dy, da) = (_layout.StateOf(intoDerivative), _layout.AdjointOf(intoDerivative));
        _field.Evaluate(point.Time, y, _tape, dy);
        Pullbacks++;
        if (_layout.Parameters is not null)
        {
            var gradient = _layout.GradientOf(intoDerivative);
            gradient.Clear();
            _field.Pullback(_tape, a, -1, da, gradient);
        }
        else
        {
            bool inStep = point.Purpose == EvaluationPurpose.Step && point.Stage > 0;
            double weight = inStep ? -point.Weight : 0; // time runs backward, θ̄ is an integral from start to end
            _field.Pullback(_tape, a, weight, da, _stepSum);
            if (point.Stage == 0)
            {
                KeepFirstStage();
            }
        }

        LinearCombination.Write(null, [-1], [da], _adjointRanges, da);
    }

    public void Accepted(in AcceptedStep step)
    {
        if (_layout.Parameters is not null)
        {
            return;
        }

        using Scalar first = -step.FirstWeight;
        _total.Flat.add_(_stepSum.Flat, _one).add_(_firstStage.Flat, first);
        _stepSum.Clear();
        if (step.HoldsNextFirst && !step.IsLast)
        {
            KeepFirstStage(); // the tape still holds the last stage, which is the next step's first
        }
    }

    public void Rejected() => _stepSum.Clear();

    private void KeepFirstStage()
    {
        _firstStage.Clear();
        _field.AccumulateParameters(_tape, 1, _firstStage);
    }
}
