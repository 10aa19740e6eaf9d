using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Tests.Solvers;

/// <summary>Rows of a state with ∫tr J dt as a quadrature beside them, given f of one row and tr J in closed form.</summary>
internal sealed class DensityField(int dimension, Action<double, double[], double[]> f, Func<double, double[], double> trace) : IVectorField
{
    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(
        new Segment("z", rows, dimension) { IsBatched = true },
        new Segment("logDeterminant", rows) { IsBatched = true, Role = SegmentRole.Quadrature });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var derivative = new double[dimension];
        for (int row = 0; row < state.Layout.Rows; row++)
        {
            double[] z = state.AsSpan<double>(0).Slice(row * dimension, dimension).ToArray();
            f(time.Shared, z, derivative);
            derivative.CopyTo(intoDerivative.AsSpan<double>(0)[(row * dimension)..]);
            intoDerivative.AsSpan<double>(1)[row] = trace(time.Shared, z);
        }
    }
}
