using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Cli.TestProblems;

/// <summary>A field that a function of plain numbers gives: one row, float64, on the CPU.</summary>
/// <param name="dimension">Components of the state, at least 1.</param>
/// <param name="function">f.</param>
internal sealed class PlainField(int dimension, FieldFunction function) : IVectorField
{
    /// <inheritdoc/>
    public object WorkspaceKey => this;

    /// <inheritdoc/>
    public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, dimension) { IsBatched = true });

    /// <inheritdoc/>
    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new NoWorkspace();

    /// <inheritdoc/>
    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative) =>
        function(time.Shared, state.AsSpan<double>(0), intoDerivative.AsSpan<double>(0));

    private sealed class NoWorkspace : FieldWorkspace
    {
        protected override FieldTape CreateTape() => new NoTape();

        protected override void DisposeScratch()
        {
        }
    }

    private sealed class NoTape : FieldTape
    {
        public override long Bytes => 0;

        public override void Dispose()
        {
        }
    }
}
