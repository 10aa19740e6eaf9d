using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Tests.Solvers.Rows;

/// <summary>Rows that turn, each with a speed of its own that the field holds.</summary>
internal sealed class RowRotation(double[] speeds) : IRowField
{
    public double[] Speeds { get; } = speeds;

    public object WorkspaceKey => nameof(RowRotation);

    public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, 2) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public IVectorField ForRows(ReadOnlySpan<long> rows) => new RowRotation([.. rows.ToArray().Select(row => Speeds[row])]);

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var y = state.AsSpan<double>(0);
        var dy = intoDerivative.AsSpan<double>(0);
        for (int row = 0; row < Speeds.Length; row++)
        {
            (dy[2 * row], dy[(2 * row) + 1]) = (-Speeds[row] * y[(2 * row) + 1], Speeds[row] * y[2 * row]);
        }
    }
}
