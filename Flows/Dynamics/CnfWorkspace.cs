using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using TorchSharp;

namespace FlowOde.Flows.Dynamics;

/// <summary>The network's workspace and the functionals' scratch memory.</summary>
internal sealed class CnfWorkspace : FieldWorkspace
{
    internal CnfWorkspace(INetwork network, WorkspaceSpec spec, int tangents, long? chunkBytes = null)
    {
        int together = chunkBytes is { } bytes ? (int)Math.Clamp(bytes / BytesOfTangent(network, spec), 1, tangents) : tangents;
        Network = network.CreateWorkspace(spec, together);
        Scratch = new(spec.Rows, together, network.Dimension, spec.DType, spec.Device);
    }

    internal NetworkWorkspace Network { get; }

    internal FunctionalScratch Scratch { get; }

    protected override FieldTape CreateTape() => new CnfTape(Network.CreateTape(), Scratch);

    protected override void DisposeScratch()
    {
        Network.Dispose();
        Scratch.Dispose();
    }

    /// <summary>What one more tangent of every row takes: on the tape, about as much in the network's workspace, and in the scratch.</summary>
    /// <remarks>Asked of the smallest workspaces, since the network alone knows its layers: what a tangent of one row takes, and what each further row adds.</remarks>
    private static long BytesOfTangent(INetwork network, WorkspaceSpec spec)
    {
        long Tape(int rows, int tangents)
        {
            using var workspace = network.CreateWorkspace(spec with { Rows = rows }, tangents);
            using var tape = workspace.CreateTape();
            return tape.Bytes;
        }

        long ofOneRow = Tape(1, 2) - Tape(1, 1), ofARow = Tape(2, 2) - Tape(2, 1) - ofOneRow;
        long size = spec.DType == torch.ScalarType.Float64 ? sizeof(double) : sizeof(float);
        return (2 * (ofOneRow + ((spec.Rows - 1) * ofARow))) + (spec.Rows * network.Dimension * size);
    }
}
