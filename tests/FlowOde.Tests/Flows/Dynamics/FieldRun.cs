using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>One evaluation of a field and its pullback, with everything that comes out. Owns the state and cotangent it is given.</summary>
internal sealed class FieldRun : IDisposable
{
    private readonly FieldWorkspace _workspace;

    internal FieldRun(IDifferentiableField field, FlatVector state, EvaluationTime time, FlatVector cotangent, double weight = 1)
    {
        (State, Cotangent) = (state, cotangent);
        _workspace = field.CreateWorkspace(WorkspaceSpec.For(state));
        (Derivative, StateCotangent, Gradient) = (state.CreateLike(), state.CreateLike(), field.Parameters.CreateLike());
        TimeCotangent = zeros(time.Rows?.NumberOfElements ?? 1, dtype: state.DType).DetachFromDisposeScope();
        foreach (var vector in (FlatVector[])[Derivative, StateCotangent])
        {
            Enumerable.Range(0, vector.Layout.Segments.Count).ToList().ForEach(i => vector[i].Fill(double.NaN));
        }

        var tape = _workspace.RentTape();
        field.Evaluate(time, state, tape, Derivative);
        field.Pullback(tape, cotangent, weight, StateCotangent, Gradient, TimeCotangent);
        _workspace.ReturnTape(tape);
    }

    internal FlatVector State { get; }

    internal FlatVector Cotangent { get; }

    internal FlatVector Derivative { get; }

    internal FlatVector StateCotangent { get; }

    internal FlatVector Gradient { get; }

    internal Tensor TimeCotangent { get; }

    public void Dispose()
    {
        _workspace.Dispose();
        foreach (var vector in (FlatVector[])[State, Cotangent, Derivative, StateCotangent, Gradient])
        {
            vector.Dispose();
        }

        TimeCotangent.Dispose();
    }
}
