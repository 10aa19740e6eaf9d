using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// What layers leave for their pullback. A layer hands its output on as the input of the next, in the same memory, but at a bottleneck: there the tangents that
/// come in are others than those that go on.
/// </summary>
internal abstract class ChainTape : NetworkTape
{
    private readonly long _bytes;
    private torch.Tensor? _times;

    /// <summary>Makes a tape; all duals and tapes are its own from now on.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="ends">Input and output; those of the first and last layer, but where there is a bottleneck.</param>
    /// <param name="inputs">The input of each layer.</param>
    /// <param name="outputs">What each layer hands on.</param>
    /// <param name="gates">The gating of each layer.</param>
    /// <param name="activations">The tape of the activation after each layer but the last.</param>
    /// <param name="context">Number of the numbers of a row's context.</param>
    private protected ChainTape(NetworkWorkspace workspace, (Dual Input, Dual Output) ends, Dual[] inputs, Dual[] outputs, HalfGates gates, ActivationTape[] activations, long context)
        : base(workspace, ends.Input, ends.Output, context)
    {
        (Inputs, Outputs, Gates, Activations) = (inputs, outputs, gates, activations);
        _bytes = Duals.Sum(dual => dual.Footprint) + activations.Sum(activation => activation.Footprint) + gates.Footprint;
    }

    /// <summary>The input of each layer, which is the output of the activation before it.</summary>
    internal Dual[] Inputs { get; }

    /// <summary>What each layer hands on.</summary>
    internal Dual[] Outputs { get; }

    /// <summary>The gating of each layer; none where layers have none.</summary>
    internal HalfGates Gates { get; }

    /// <summary>The tape of the activation after each layer but the last.</summary>
    internal ActivationTape[] Activations { get; }

    /// <summary>The time of the evaluation, where all rows share it.</summary>
    internal double Time { get; private set; } = double.NaN;

    /// <summary>The times of the rows, [B], the tape's own; null where all share one.</summary>
    internal torch.Tensor? RowTimes { get; private set; }

    public sealed override long Bytes => _bytes + (_times is null ? 0 : TensorFootprint.Of(_times.NumberOfElements * _times.ElementSize, 1));

    private IEnumerable<Dual> Duals => Inputs.Union(Outputs).Union([Input, Output]);

    /// <summary>Keeps the time of an evaluation that is to come; of the times of rows a copy.</summary>
    /// <exception cref="ArgumentException">There is not one time for each row.</exception>
    internal void SetTime(EvaluationTime time)
    {
        if (time.Rows is not { } rows)
        {
            (Time, RowTimes) = (time.Shared, null);
            return;
        }

        if (rows.size(0) != Input.Rows)
        {
            throw new ArgumentException($"There are {rows.size(0)} times for {Input.Rows} rows; give one for each, or one for all.", nameof(time));
        }

        using var scope = torch.NewDisposeScope();
        RowTimes = _times ??= torch.zeros(Input.Rows, dtype: Input.Values.dtype, device: Input.Values.device).DetachFromDisposeScope();
        RowTimes.copy_(rows.detach());
    }

    /// <summary>Refuses a place for the cotangent of time that has not one entry for each time.</summary>
    /// <exception cref="ArgumentException">It has not.</exception>
    internal void CheckTimeCotangent(torch.Tensor? intoTime)
    {
        if (RowTimes is not null && intoTime is not null && (intoTime.dim() != 1 || intoTime.size(0) != Input.Rows))
        {
            throw new ArgumentException($"The cotangent of time is [{string.Join(", ", intoTime.shape)}]; {Input.Rows} rows that have a time each need [{Input.Rows}].", nameof(intoTime));
        }
    }

    /// <summary>The layers from one to before another, with their activations.</summary>
    internal abstract void Forward(int from, int to);

    /// <summary>From <see cref="ChainWorkspace.UnitCotangent"/> of the last of these layers, behind its activation, to the cotangents of what all of them put out.</summary>
    internal abstract void Pullback(int from, int to);

    /// <summary>From the cotangent of what a layer puts out to that of its input.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="tangents">Whether that of the tangents; else that of the values.</param>
    /// <param name="into">Receives it.</param>
    internal abstract void PullbackInput(int layer, bool tangents, Dual into);

    /// <summary>Tangents of what a layer takes, in the order of a row: [K·B, width], of images [K·B, channels, H, W].</summary>
    internal abstract torch.Tensor TangentsOf(Dual dual, int layer);

    /// <summary>Frees the derived class's views.</summary>
    private protected abstract void DisposeViews();

    protected sealed override void DisposeKept()
    {
        _times?.Dispose();
        DisposeViews();
        foreach (IDisposable part in (IEnumerable<IDisposable>)[Gates, .. Duals.ToArray(), .. Activations])
        {
            part.Dispose();
        }
    }

    /// <summary>What each layer hands on: the input of the next, but at a bottleneck and the end.</summary>
    private protected static Dual[] OutputsOf(Dual[] inputs, int bottleneck, Func<int, Dual> create) =>
        [.. Enumerable.Range(1, inputs.Length).Select(l => l < inputs.Length && l != bottleneck ? inputs[l] : create(l))];
}
