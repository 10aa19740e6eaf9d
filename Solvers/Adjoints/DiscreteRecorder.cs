using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>Records a solve for its exact discrete gradient, keeping what a plan says.</summary>
internal sealed class DiscreteRecorder : IStageSystem
{
    private readonly IDifferentiableField _field;
    private readonly DiscreteMemory _memory;
    private readonly TrialTapes _trial;
    private readonly int _taped;

    private DiscreteRecorder(IDifferentiableField field, IDifferentiableStepper stepper, FieldWorkspace workspace, DiscreteMemory memory, bool sharesTape)
    {
        (_field, _memory, _taped) = (field, memory, sharesTape ? 0 : stepper.TapedStages);
        _trial = new(workspace, _taped);
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
    public static RecordedSolve Record(IAdjoint adjoint, OdeProblem problem, TapeBudget budget, CheckpointPlan plan, bool sharesTape = false) =>
        Recording.Of(adjoint, problem, budget, one => RecordOnce(adjoint, one, budget, plan, sharesTape));

    private static RecordedSolve RecordOnce(IAdjoint adjoint, OdeProblem problem, TapeBudget budget, CheckpointPlan plan, bool sharesTape)
    {
        var field = RecordedFields.Differentiable(problem);
        var stepper = (IDifferentiableStepper)problem.Stepper;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (problem.HasOwnSteps)
        {
            return RowRecorder.Record(stepper, problem, adjoint.RowTapes!.Value, budget);
        }

        var lease = SolveLease.Rent(problem);
        var memory = new DiscreteMemory(lease.Field, problem, stepper, budget, plan, sharesTape ? 1 : stepper.TapedStages);
        var recorder = new DiscreteRecorder(field, stepper, lease.Field, memory, sharesTape);
        try
        {
            lease.Step.Begin(recorder, problem.Times[0], problem.Start);
            var statistics = new StepLoop(lease.Step, problem.NewPlan()).Finish(index =>
            {
                if (index > 0)
                {
                    memory.Arrive(lease.Step.State);
                }
            });
            recorder._trial.Return();
            return new DiscreteRecordedSolve(field, stepper, problem, lease, memory, statistics);
        }
        catch
        {
            recorder._trial.Return();
            memory.Dispose();
            lease.Dispose();
            throw;
        }
    }

    public bool MakesStepsAgain => true;

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative) =>
        HalvedEvaluation.Evaluate(_field, point.Half, point.Time, state, _trial.Of(point.Stage), intoDerivative);

    public bool Tangent(in StagePoint point, FlatVector state, FlatVector direction, FlatVector intoTangent) =>
        FieldTangent.TryWrite(_field, point.Time, state, direction, _trial.Of(_taped), intoTangent);

    public void Accepted(in AcceptedStep step)
    {
        _memory.Keep(step, _trial.Stages);
        _trial.Release(step.HoldsNextFirst);
    }

    public void Rejected()
    {
    }
}
