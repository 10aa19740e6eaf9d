using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Tests.Solvers;

/// <summary>One row of a state whose derivative a function gives.</summary>
internal sealed class FunctionField(int dimension, Action<double, double[], double[]> f) : IVectorField
{
    public int Evaluations { get; private set; }

    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, dimension) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        Evaluations++;
        var derivative = new double[dimension];
        f(time.Shared, state.AsSpan<double>(0).ToArray(), derivative);
        derivative.CopyTo(intoDerivative.AsSpan<double>(0));
    }
}

internal sealed class EmptyWorkspace : FieldWorkspace
{
    protected override FieldTape CreateTape() => new EmptyTape();

    protected override void DisposeScratch()
    {
    }

    private sealed class EmptyTape : FieldTape
    {
        public override long Bytes => 1;

        public override void Dispose()
        {
        }
    }
}
