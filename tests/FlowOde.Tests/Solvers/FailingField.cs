using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers;

/// <summary>A field that throws when it is told to.</summary>
internal sealed class FailingField(IDifferentiableField inner) : IDifferentiableField
{
    public bool FailsForward { get; init; }

    public bool FailsBackward { get; set; }

    public FlatVector Parameters => inner.Parameters;

    public object WorkspaceKey => inner.WorkspaceKey;

    public VectorLayout StateLayout(long rows) => inner.StateLayout(rows);

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => inner.CreateWorkspace(spec);

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        if (FailsForward)
        {
            throw new NotSupportedException("forward");
        }

        inner.Evaluate(time, state, tape, intoDerivative);
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        if (FailsBackward)
        {
            throw new NotSupportedException("backward");
        }

        inner.Pullback(tape, cotangent, weight, intoState, intoGradient, intoTime);
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient) => inner.AccumulateParameters(tape, weight, intoGradient);
}
