using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>Pulls cotangents back through recorded steps of one method, and makes recorded steps again. Not thread-safe.</summary>
/// <remarks>Vectors come in sets as the method carries them from step to step: the state first; a one-step method has no other.</remarks>
public abstract class StepPullback : IDisposable
{
    /// <summary>Evaluations of the field beyond one a stage of each step that was made again.</summary>
    public int FurtherEvaluations { get; protected set; }

    /// <summary>Pullbacks of the field beyond one a stage of each step.</summary>
    public int FurtherPullbacks { get; protected set; }

    /// <summary>Evaluates the stages of a step again, onto the record's tapes and into its derivatives, with the numbers of the first time.</summary>
    /// <param name="field">The field.</param>
    /// <param name="record">The step.</param>
    public abstract void Replay(IDifferentiableField field, StepRecord record);

    /// <summary>Writes what the step led to, with the numbers of the first time.</summary>
    /// <param name="record">The step, with the derivatives of its stages.</param>
    /// <param name="intoEnd">Receives the state and the other carried vectors at the step's end.</param>
    public abstract void Advance(StepRecord record, ReadOnlySpan<FlatVector> intoEnd);

    /// <summary>Replaces the cotangents at the end of the step by those at its start, and adds the parameter gradient.</summary>
    /// <param name="field">The field.</param>
    /// <param name="record">The step, with tapes and derivatives.</param>
    /// <param name="cotangents">∂L/∂y, then the cotangents of the other carried vectors; changed in place.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <returns>How the loss depends on the step's place in time.</returns>
    public abstract StepTimeGradient Pullback(IDifferentiableField field, StepRecord record, FlatVector[] cotangents, FlatVector intoGradient);

    /// <summary>Pulls the cotangents of what the method carries back to the state that the solve started from.</summary>
    /// <param name="field">The field.</param>
    /// <param name="tape">A tape to evaluate on, if that is needed.</param>
    /// <param name="time">The start of the solve.</param>
    /// <param name="start">The state there.</param>
    /// <param name="cotangents">∂L/∂y, to which is added, then the cotangents of the other carried vectors.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <returns>∂L/∂t of the start, so far as the carried vectors depend on it, and the evaluations it took, each with a pullback.</returns>
    public virtual (double ByTime, int Evaluations) PullbackStart(IDifferentiableField field, FieldTape tape, double time, FlatVector start, FlatVector[] cotangents, FlatVector intoGradient) => (0, 0);

    /// <inheritdoc/>
    public abstract void Dispose();
}
