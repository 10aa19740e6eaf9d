using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>Records a solve for its exact discrete gradient, keeping what a plan says.</summary>
internal sealed class DiscreteRecorder : IStageSystem
{
    private readonly IDifferentiableField _field;
    private readonly FieldWorkspace _workspace;
    private readonly DiscreteMemory _memory;
    private readonly FieldTape?[] _trial;
    private readonly int _taped;

    private DiscreteRecorder(IDifferentiableField field, IDifferentiableStepper stepper, FieldWorkspace workspace, DiscreteMemory memory, bool sharesTape)
    {
        (_field, _workspace, _memory) = (field, workspace, memory);
        _taped = sharesTape ? 0 : stepper.TapedStages;
        _trial = new FieldTape?[_taped + 1];
    }

    public static bool Supports(IAdjoint adjoint, IStepper stepper, out string reason)
    {
        bool supported = stepper is IDifferentiableStepper;
        reason = supported ? string.Empty : $"'{adjoint.Name}' differentiates the steps themselves, which '{stepper.Name}' does not offer; use backsolve or interpolated, or one of the solvers {string.Join(", ", StepperCatalog.All.OfType<IDifferentiableStepper>().Select(other => other.Name))}.";
        return supported;
    }

    /// <param name="adjoint">Whose record it is.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="budget">Counts what is kept.</param>
    /// <param name="plan">Decides what is kept.</param>
    /// <param name="sharesTape">Whether the stages of a step share one tape, so that none is kept.</param>
    public static RecordedSolve Record(IAdjoint adjoint, OdeProblem problem, TapeBudget budget, CheckpointPlan plan, bool sharesTape = false)
    {
        RecordedFields.Check(adjoint, problem);
        var field = RecordedFields.Differentiable(problem);
        var stepper = (IDifferentiableStepper)problem.Stepper;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var control = problem.Controller.Start(stepper, problem.Times);
        var lease = SolveLease.Rent(problem);
        var memory = new DiscreteMemory(lease.Field, problem, stepper, budget, plan, sharesTape ? 1 : stepper.TapedStages);
        var recorder = new DiscreteRecorder(field, stepper, lease.Field, memory, sharesTape);
        try
        {
            lease.Step.Begin(recorder, problem.Times[0], problem.Start);
            var statistics = StepLoop.Run(lease.Step, problem.Stops, control, problem.Controller.Tolerances, problem.Norm, problem.Limits, index =>
            {
                if (index > 0)
                {
                    memory.Arrive(lease.Step.State);
                }
            });
            recorder.ReturnTrial();
            return new DiscreteRecordedSolve(field, stepper, problem, lease, memory, statistics);
        }
        catch
        {
            recorder.ReturnTrial();
            memory.Dispose();
            lease.Dispose();
            throw;
        }
    }

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative)
    {
        // The trial for the first step's size and a stage share a tape: the stage is evaluated again before it is recorded.
        var tape = _trial[Math.Min(point.Stage, _taped)] ??= _workspace.RentTape();
        HalvedEvaluation.Evaluate(_field, point.Half, point.Time, state, tape, intoDerivative);
    }

    public void Accepted(in AcceptedStep step)
    {
        _memory.Keep(step, _trial.AsSpan(0, _taped)!);
        Array.Clear(_trial, 0, _taped);
        if (step.HoldsNextFirst && _taped > 0)
        {
            (_trial[0], _trial[_taped]) = (_trial[_taped], null);
        }
    }

    public void Rejected()
    {
    }

    private void ReturnTrial()
    {
        for (int i = 0; i < _trial.Length; i++)
        {
            if (_trial[i] is { } tape)
            {
                _workspace.ReturnTape(tape);
                _trial[i] = null;
            }
        }
    }
}
