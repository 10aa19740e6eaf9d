using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>dy/dt = f with da/dt = −(∂f/∂y)ᵀa, row by row: what the backward solve of <see cref="BacksolveAdjoint"/> integrates where every row has its own steps.</summary>
/// <param name="forward">f, of these rows.</param>
/// <param name="scratch">A vector in the layout of θ; nothing is written to it.</param>
internal sealed class RowBackwardField(IDifferentiableField forward, FlatVector scratch) : IVectorField, IRowField, IDisposable
{
    private BackwardLayout? _parts; // of the number of rows last asked for
    private bool _isOwner;

    /// <summary>f.</summary>
    public IDifferentiableField Forward => forward;

    public object WorkspaceKey => forward.WorkspaceKey;

    /// <summary>The parts of a backward state of so many rows.</summary>
    public BackwardLayout Parts(long rows) =>
        _parts?.State.Rows == rows ? _parts : _parts = new(forward.StateLayout(rows), scratch.Layout, BackwardNorm.Seminorm, rebuildsState: true, carriesGradient: false);

    public VectorLayout StateLayout(long rows) => Parts(rows).Whole;

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => forward.CreateWorkspace(spec);

    public IVectorField ForRows(ReadOnlySpan<long> rows) =>
        forward is IRowField some ? new RowBackwardField((IDifferentiableField)some.ForRows(rows), scratch) { _isOwner = true } : this;

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var parts = Parts(state.Layout.Rows);
        var derivative = parts.AdjointOf(intoDerivative);
        forward.Evaluate(time, parts.StateOf(state), tape, parts.StateOf(intoDerivative));
        forward.Pullback(tape, parts.AdjointOf(state), 0, derivative, scratch);
        LinearCombination.Write(null, [-1], [derivative], parts.State.StateRanges, derivative);
    }

    public void Dispose()
    {
        if (_isOwner)
        {
            (forward as IDisposable)?.Dispose();
        }
    }
}
