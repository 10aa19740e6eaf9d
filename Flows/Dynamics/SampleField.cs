using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Dynamics;

/// <summary>dz/dt = f(t, z) without tangents and channels; the state has the context behind z if there is one.</summary>
internal sealed class SampleField(INetwork network) : IAutogradField
{
    public object WorkspaceKey => this;

    public FlatVector Parameters => network.Parameters;

    public VectorLayout StateLayout(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        var z = new Segment("z", rows, network.Dimension) { IsBatched = true };
        return network.ContextDimension == 0 ? new(z) : new(z, new("context", rows, network.ContextDimension) { Role = SegmentRole.Constant, IsBatched = true });
    }

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new CnfWorkspace(network, spec, 0);
    }

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var cnf = CnfTape.Of(tape, network, state.Layout.Rows);
        cnf.CopyInput(state);
        network.Forward(time, cnf.Network);
        intoDerivative[0].copy_(cnf.Network.Output.Values);
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        var cnf = CnfTape.Of(tape, network, cotangent.Layout.Rows);
        cnf.Network.Workspace.OutputCotangent.Values.copy_(cotangent[0]);
        cnf.PullBack(network, weight, intoState, intoGradient, intoTime);
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient) =>
        network.PullbackParameters(((CnfTape)tape).Network, weight, intoGradient, null);

    public ParameterLeaves CreateLeaves() => ParameterLeaves.CopyOf(Parameters);

    public torch.Tensor?[] Express(torch.Tensor time, IReadOnlyList<torch.Tensor> state, ParameterLeaves leaves) =>
        network.ContextDimension == 0
            ? [network.Express(time, new(state[0], null), null, leaves.Tensors).Values]
            : [network.Express(time, new(state[0], null), state[1], leaves.Tensors).Values, null];
}
