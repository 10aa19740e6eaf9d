using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Dynamics;

/// <summary>dz/dt = f(t, z) without tangents and channels.</summary>
internal sealed class SampleField(INetwork network) : IAutogradField
{
    public object WorkspaceKey => this;

    public FlatVector Parameters => network.Parameters;

    public VectorLayout StateLayout(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new(new Segment("z", rows, network.Dimension) { IsBatched = true });
    }

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new CnfWorkspace(network, spec, 0);
    }

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var cnf = CnfTape.Of(tape, network, state.Layout.Rows);
        cnf.Network.Input.Values.copy_(state[0]);
        network.Forward(time, cnf.Network);
        intoDerivative[0].copy_(cnf.Network.Output.Values);
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        var cnf = CnfTape.Of(tape, network, cotangent.Layout.Rows);
        cnf.Network.Workspace.OutputCotangent.Values.copy_(cotangent[0]);
        cnf.PullBack(network, weight, intoState[0], intoGradient, intoTime);
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient) =>
        network.PullbackParameters(((CnfTape)tape).Network, weight, intoGradient, null);

    public ParameterLeaves CreateLeaves() => ParameterLeaves.CopyOf(Parameters);

    public torch.Tensor?[] Express(torch.Tensor time, IReadOnlyList<torch.Tensor> state, ParameterLeaves leaves) =>
        [network.Express(time, new(state[0], null), leaves.Tensors).Values];
}
