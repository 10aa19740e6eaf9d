namespace FlowOde.Flows.Layers;

/// <summary>Layers with time as one more input: a = W [t; h] + b, its column of the weight kept apart as the shift r.</summary>
public sealed class ConcatLayers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "concat";

    /// <inheritdoc/>
    public override string Description => "W [t; h] + b: time as one more input";

    internal override bool HasGate => false;

    internal override bool HasShift => true;

    private protected override long FanIn(long inputs) => inputs + 1;

    private protected override long ShiftFanIn(long inputs) => inputs + 1;
}
