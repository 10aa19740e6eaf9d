using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Rows;

/// <summary>ẏ = cos(t − t₀) in rows of one column, in any type, with the time read as it is given; from an end on it is no number.</summary>
internal sealed class RowClock(double from, double end = double.PositiveInfinity) : IVectorField
{
    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, 1) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        using var scope = NewDisposeScope();
        var times = time.Rows ?? Full([state.Layout.Rows], time.Shared, ScalarType.Float64);
        intoDerivative[0].copy_(where(times.lt(Full([1], end, ScalarType.Float64)), times.Minus(from).cos(), Full([1], double.NaN, ScalarType.Float64)).unsqueeze(1));
    }
}
