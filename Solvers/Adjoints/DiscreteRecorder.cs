using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>Records a solve for its exact discrete gradient: every accepted state, and tapes as far as a budget goes.</summary>
internal sealed class DiscreteRecorder : IStageSystem
{
    private readonly IDifferentiableField _field;
    private readonly IDifferentiableStepper _stepper;
    private readonly FieldWorkspace _workspace;
    private readonly DiscreteMemory _memory;
    private readonly FieldTape?[] _trial;

    private DiscreteRecorder(IDifferentiableField field, IDifferentiableStepper stepper, FieldWorkspace workspace, DiscreteMemory memory)
    {
        (_field, _stepper, _workspace, _memory) = (field, stepper, workspace, memory);
        _trial = new FieldTape?[stepper.TapedStages + 1];
    }

    public static bool Supports(IAdjoint adjoint, IStepper stepper, out string reason)
    {
        bool supported = stepper is IDifferentiableStepper;
        reason = supported ? string.Empty : $"'{adjoint.Name}' differentiates the steps themselves, which '{stepper.Name}' does not offer; use backsolve, or an explicit Runge–Kutta method.";
        return supported;
    }

    public static RecordedSolve Record(IAdjoint adjoint, OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check();
        if (!adjoint.Supports(problem.Stepper, out string reason))
        {
            throw new ArgumentException(reason, nameof(problem));
        }

        var field = RecordedFields.Differentiable(problem);
        var stepper = (IDifferentiableStepper)problem.Stepper;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var control = problem.Controller.Start(stepper, problem.Times);
        var lease = SolveLease.Rent(problem);
        var memory = new DiscreteMemory(lease.Field, problem, stepper, budget);
        var recorder = new DiscreteRecorder(field, stepper, lease.Field, memory);
        try
        {
            lease.Step.Begin(recorder, problem.Times[0], problem.Start);
            var statistics = StepLoop.Run(lease.Step, problem.Times, control, problem.Controller.Tolerances, problem.Norm, problem.Limits, index =>
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
        var tape = _trial[point.Stage] ??= _workspace.RentTape();
        _field.Evaluate(point.Time, state, tape, intoDerivative);
    }

    public void Accepted(in AcceptedStep step)
    {
        int taped = _stepper.TapedStages;
        _memory.Keep(step, _trial.AsSpan(0, taped)!);
        Array.Clear(_trial, 0, taped);
        if (step.HoldsNextFirst)
        {
            (_trial[0], _trial[taped]) = (_trial[taped], null);
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
