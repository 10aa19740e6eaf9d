using FlowOde.Flows.Layers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>Where an expression was evaluated, and what came out; no graph.</summary>
internal sealed class AutogradTape : NetworkTape
{
    private Tensor? _time;

    private AutogradTape(AutogradWorkspace workspace, Dual input, Dual output)
        : base(workspace, input, output, workspace.Network.ContextDimension)
    {
        Autograd = workspace;
        long size = input.Values.ElementSize;
        Bytes = input.Footprint + output.Footprint + TensorFootprint.Of(input.Rows * size, 1) + (Context is null ? 0 : TensorFootprint.Of(Context.numel() * size, 1));
    }

    internal AutogradWorkspace Autograd { get; }

    /// <summary>The time of the evaluation, [], or [B] where each row has its own.</summary>
    internal Tensor Time => _time ?? throw new InvalidOperationException("This tape was not evaluated yet; call Forward first.");

    public override long Bytes { get; }

    internal static AutogradTape Create(AutogradWorkspace workspace) => new(workspace, workspace.CreateDual(), workspace.CreateDual());

    internal void SetTime(EvaluationTime time)
    {
        if (time.Rows is { } rows && rows.size(0) != Input.Rows)
        {
            throw new ArgumentException($"There are {rows.size(0)} times for {Input.Rows} rows; give one for each, or one for all.", nameof(time));
        }

        using var scope = NewDisposeScope();
        var parameters = Autograd.Network.Parameters;
        var fresh = time.Rows?.detach().to(parameters.DType, parameters.Device, copy: true) ?? tensor(time.Shared, parameters.DType, parameters.Device);
        _time?.Dispose();
        _time = fresh.DetachFromDisposeScope();
    }

    protected override void DisposeKept()
    {
        _time?.Dispose();
        Input.Dispose();
        Output.Dispose();
    }
}
