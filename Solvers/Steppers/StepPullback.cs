using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>Pulls a cotangent back through recorded steps of one method. Not thread-safe.</summary>
public abstract class StepPullback : IDisposable
{
    /// <summary>Evaluates the stages of a step again, onto the record's tapes and into its derivatives, with the numbers of the first time.</summary>
    /// <param name="field">The field.</param>
    /// <param name="record">A record that has its tapes and derivatives assigned.</param>
    public abstract void Replay(IDifferentiableField field, StepRecord record);

    /// <summary>Replaces ∂L/∂y at the end of the step by ∂L/∂y at its start, and adds the parameter gradient.</summary>
    /// <param name="field">The field.</param>
    /// <param name="record">The step, with tapes and derivatives.</param>
    /// <param name="cotangent">∂L/∂y, in the layout of the state; changed in place.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <returns>How the loss depends on the step's place in time.</returns>
    public abstract StepTimeGradient Pullback(IDifferentiableField field, StepRecord record, FlatVector cotangent, FlatVector intoGradient);

    /// <inheritdoc/>
    public abstract void Dispose();
}
