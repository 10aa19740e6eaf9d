using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;

namespace FlowOde.Flows.Dynamics;

/// <summary>The network's workspace and the functionals' scratch memory.</summary>
internal sealed class CnfWorkspace : FieldWorkspace
{
    internal CnfWorkspace(INetwork network, WorkspaceSpec spec, int tangents)
    {
        Network = network.CreateWorkspace(spec, tangents);
        Scratch = new(spec.Rows, tangents, network.Dimension, spec.DType, spec.Device);
    }

    internal NetworkWorkspace Network { get; }

    internal FunctionalScratch Scratch { get; }

    protected override FieldTape CreateTape() => new CnfTape(Network.CreateTape(), Scratch);

    protected override void DisposeScratch()
    {
        Network.Dispose();
        Scratch.Dispose();
    }
}
