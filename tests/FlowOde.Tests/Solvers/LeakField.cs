using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Solvers;

/// <summary>ẏ = c − 2y, one row, float64, with c in a constant segment of the state and a parameter that does nothing.</summary>
internal sealed class LeakField : IDifferentiableField
{
    public FlatVector Parameters { get; } = new(new VectorLayout(new Segment("none", 1)), torch.ScalarType.Float64);

    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, 1) { IsBatched = true }, new Segment("c", rows, 1) { IsBatched = true, Role = SegmentRole.Constant });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative) => intoDerivative.AsSpan<double>(0)[0] = state.AsSpan<double>(1)[0] - (2 * state.AsSpan<double>(0)[0]);

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        double by = cotangent.AsSpan<double>(0)[0];
        (intoState.AsSpan<double>(0)[0], intoState.AsSpan<double>(1)[0]) = (-2 * by, by);
        intoTime?.zero_();
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
    }
}
