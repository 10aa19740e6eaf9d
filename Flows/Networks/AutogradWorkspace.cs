using FlowOde.Flows.Layers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>The parameters as an expression reads them, and the cotangents of the last pullback.</summary>
internal sealed class AutogradWorkspace : NetworkWorkspace
{
    private readonly int _tangents;
    private NetworkTape? _pulled;
    private Tensor? _time;
    private Tensor?[] _parameters = [];

    internal AutogradWorkspace(AutogradNetwork network, long rows, int tangents)
    {
        (Network, Rows, _tangents) = (network, rows, tangents);
        int[] segments = [.. Enumerable.Range(0, network.Parameters.Layout.Segments.Count)];
        using var scope = NewDisposeScope();
        Constants = [.. segments.Select(i => network.Parameters[i].detach().DetachFromDisposeScope())];
        Leaves = [.. segments.Select(i => network.Parameters[i].detach().requires_grad_().DetachFromDisposeScope())];
        OutputCotangent = CreateDual();
    }

    internal AutogradNetwork Network { get; }

    internal long Rows { get; }

    /// <summary>The parameters without a gradient, over their own memory.</summary>
    internal IReadOnlyList<Tensor> Constants { get; }

    /// <summary>The parameters as leaves of graphs, over their own memory.</summary>
    internal IReadOnlyList<Tensor> Leaves { get; }

    public override Dual OutputCotangent { get; }

    public override NetworkTape CreateTape() => AutogradTape.Create(this);

    public override void Dispose()
    {
        Forget();
        OutputCotangent.Dispose();
        foreach (var tensor in Constants.Concat(Leaves))
        {
            tensor.Dispose();
        }
    }

    internal Dual CreateDual() => new(Rows, _tangents, Network.Dimension, Network.Parameters.DType, Network.Parameters.Device);

    /// <summary>Takes over the cotangents of time and parameters that a pullback made; null where nothing depends on them.</summary>
    internal void Remember(NetworkTape tape, Tensor? time, Tensor?[] parameters)
    {
        Forget();
        (_pulled, _time, _parameters) = (tape, time?.DetachFromDisposeScope(), [.. parameters.Select(parameter => parameter?.DetachFromDisposeScope())]);
    }

    /// <summary>The cotangents that the last pullback made.</summary>
    /// <exception cref="InvalidOperationException">It was of another tape.</exception>
    internal (Tensor? Time, IReadOnlyList<Tensor?> Parameters) Remembered(NetworkTape tape) => ReferenceEquals(tape, _pulled)
        ? (_time, _parameters)
        : throw new InvalidOperationException("The last pullback in this workspace was not of this tape. Pull back to the input first, and then to the parameters.");

    /// <summary>Lets the cotangents go: an evaluation has taken their place.</summary>
    internal void Forget()
    {
        _time?.Dispose();
        foreach (var parameter in _parameters)
        {
            parameter?.Dispose();
        }

        (_pulled, _time, _parameters) = (null, null, []);
    }
}
