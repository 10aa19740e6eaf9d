using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// θ̄ = ∫(∂f/∂θ)ᵀa dt beside the state of a backward solve, by the weights that its stages have in their step: one vector for the step on
/// trial, added to the result on acceptance, and one for stage 0, whose step is not known when it is evaluated. No stage of a step is as
/// long as θ, as it would be with θ̄ in the state.
/// </summary>
internal sealed class ParameterSum
{
    private static readonly Scalar _one = 1.0;

    private readonly IDifferentiableField _field;
    private readonly FlatVector _total;
    private readonly FlatVector _stepSum;
    private readonly FlatVector _firstStage;

    /// <summary>Begins a sum.</summary>
    /// <param name="field">The field.</param>
    /// <param name="total">Is added to.</param>
    /// <param name="stepSum">Scratch in the layout of θ.</param>
    /// <param name="firstStage">Scratch in the layout of θ.</param>
    public ParameterSum(IDifferentiableField field, FlatVector total, FlatVector stepSum, FlatVector firstStage)
    {
        (_field, _total, _stepSum, _firstStage) = (field, total, stepSum, firstStage);
        _stepSum.Clear();
    }

    /// <summary>Pulls a stage back, and adds its share of θ̄.</summary>
    public void Pullback(in StagePoint point, FieldTape tape, FlatVector cotangent, FlatVector intoState)
    {
        bool inStep = point.Purpose == EvaluationPurpose.Step && point.Stage > 0;
        double weight = inStep ? -point.Weight : 0; // time runs backward, θ̄ is an integral from start to end
        _field.Pullback(tape, cotangent, weight, intoState, _stepSum);
        if (point.Stage == 0)
        {
            KeepFirstStage(tape);
        }
    }

    /// <summary>Adds the step's share to the result.</summary>
    /// <param name="step">The step.</param>
    /// <param name="tape">The tape of its last evaluation.</param>
    public void Accepted(in AcceptedStep step, FieldTape tape)
    {
        using Scalar first = -step.FirstWeight;
        _total.Flat.add_(_stepSum.Flat, _one).add_(_firstStage.Flat, first);
        _stepSum.Clear();
        if (step.HoldsNextFirst && !step.IsLast)
        {
            KeepFirstStage(tape); // it still holds the last stage, which is the next step's first
        }
    }

    /// <summary>Forgets the stages of the step on trial, but not its first.</summary>
    public void Rejected() => _stepSum.Clear();

    private void KeepFirstStage(FieldTape tape)
    {
        _firstStage.Clear();
        _field.AccumulateParameters(tape, 1, _firstStage);
    }
}
