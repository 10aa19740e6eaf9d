using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>Undoes steps of one reversible method. Not thread-safe.</summary>
public abstract class StepReversal : IDisposable
{
    /// <summary>Replaces what a step led to by what it started from.</summary>
    /// <param name="field">The field.</param>
    /// <param name="tape">A tape to evaluate on.</param>
    /// <param name="time">The start of the step.</param>
    /// <param name="nextTime">The end of the step.</param>
    /// <param name="vectors">The state and the other carried vectors; changed in place.</param>
    public abstract void StepBack(IVectorField field, FieldTape tape, double time, double nextTime, ReadOnlySpan<FlatVector> vectors);

    /// <inheritdoc/>
    public abstract void Dispose();
}
