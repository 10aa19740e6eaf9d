using FlowOde.Solvers.Newton;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of a method whose steps are solved for by Newton's iteration: the state, and evaluations beside the steps.</summary>
internal abstract class ImplicitWorkspace : StepWorkspace
{
    private readonly int _stages;

    protected ImplicitWorkspace(IStepper method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        _stages = method.Stages;
        (Derivative, SpareDerivative, Scratch) = (new(layout, dtype, device), new(layout, dtype, device), new(layout, dtype, device));
    }

    public override double Time => ReachedTime;

    /// <summary>Evaluates the system for the iteration and beside it, and counts.</summary>
    protected abstract StageEvaluator Evaluator { get; }

    /// <summary>Evaluations by other means.</summary>
    protected virtual int OtherEvaluations => 0;

    /// <summary>The time of the state.</summary>
    protected double ReachedTime { get; set; }

    /// <summary>f at the state, where <see cref="IsDerivativeKnown"/>.</summary>
    protected FlatVector Derivative { get; set; }

    /// <summary>Whether the derivative at the state is there already.</summary>
    protected bool IsDerivativeKnown { get; set; }

    /// <summary>Room for another derivative; that of an Euler step overwrites it.</summary>
    protected FlatVector SpareDerivative { get; set; }

    /// <summary>Room for a state that is evaluated, with the constants of the start.</summary>
    protected FlatVector Scratch { get; }

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (ReachedTime, Evaluator.System, Evaluator.Evaluations, Evaluations) = (time, system, 0, 0);
        State.CopyFrom(start);
        StartOver();
    }

    public override void Restart(Action<FlatVector> change)
    {
        change(State);
        StartOver();
    }

    public override FlatVector StartDerivative()
    {
        if (!IsDerivativeKnown)
        {
            Evaluate(ReachedTime, State, Derivative);
            IsDerivativeKnown = true;
        }

        return Derivative;
    }

    public override FlatVector EulerDerivative(double step)
    {
        LinearCombination.Write(State, [step], [StartDerivative()], State.Layout.EvolvingRanges, Scratch);
        Evaluate(ReachedTime + step, Scratch, SpareDerivative);
        return SpareDerivative;
    }

    public override void Dispose()
    {
        Derivative.Dispose();
        SpareDerivative.Dispose();
        Scratch.Dispose();
    }

    /// <summary>Forgets everything but the state, whose constants must stand in every buffer that is evaluated.</summary>
    protected virtual void StartOver()
    {
        Scratch.CopyFrom(State);
        IsDerivativeKnown = false;
    }

    /// <summary>Evaluates beside the stages of a step.</summary>
    protected void Evaluate(double time, FlatVector state, FlatVector into)
    {
        Evaluator.Evaluate(new(time, _stages, double.NaN, EvaluationPurpose.Outside), state, into);
        Count();
    }

    /// <summary>Counts what has been evaluated so far.</summary>
    protected void Count() => Evaluations = Evaluator.Evaluations + OtherEvaluations;
}
