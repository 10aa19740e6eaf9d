using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Rows;

/// <summary>ẏ = cos(t − t₀) in rows of one column, in any type, with the time read as it is given.</summary>
internal sealed class RowClock(double from) : IVectorField
{
    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, 1) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        using var scope = NewDisposeScope();
        var times = time.Rows ?? Full([state.Layout.Rows], time.Shared, ScalarType.Float64);
        intoDerivative[0].copy_(times.Minus(from).cos().unsqueeze(1));
    }
}
