using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>Makes tapes of a block; there is no other scratch memory.</summary>
internal sealed class BlockWorkspace(ExpressedBlock block, WorkspaceSpec spec) : FieldWorkspace
{
    private readonly long _bytes = block.KeptStates * TensorFootprint.Of(BlockField.Layout(block, spec.Rows).Length * (spec.DType == ScalarType.Float64 ? sizeof(double) : sizeof(float)), 1);

    protected override FieldTape CreateTape() => new BlockTape(_bytes);

    protected override void DisposeScratch()
    {
    }
}
