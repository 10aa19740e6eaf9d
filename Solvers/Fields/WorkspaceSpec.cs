using TorchSharp;

namespace FlowOde.Solvers.Fields;

/// <summary>What a workspace is made for.</summary>
/// <param name="Rows">Number of rows of the batch.</param>
/// <param name="DType">Float32 or Float64.</param>
/// <param name="Device">The device of the state.</param>
public sealed record WorkspaceSpec(long Rows, torch.ScalarType DType, torch.Device Device)
{
    /// <summary>The specification that fits a state.</summary>
    public static WorkspaceSpec For(Vectors.FlatVector state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(state.Layout.Rows, state.DType, state.Device);
    }

    /// <summary>A key for pools; devices have no equality of their own.</summary>
    public string Key => $"{Rows} {DType} {Device}";
}
