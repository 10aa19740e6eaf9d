namespace FlowOde.Flows.Layers;

/// <summary>Layers between one of time 0 and one of time 1: a = (1 − t)(W_0 h + b_0) + t (W_1 h + b_1), at other times the line through both.</summary>
public sealed class BlendLayers : MixtureLayers
{
    /// <inheritdoc/>
    public override string Name => "blend";

    /// <inheritdoc/>
    public override string Description => "(1 − t)(W h + b) + t (W' h + b'): from one layer at time 0 to another at time 1";

    internal override double FirstSlope => -1;

    /// <summary>Both as layers start, with the bound 1/√(fan-in).</summary>
    private protected override LayerParameter Start(string kind, long inputs, LayerParameter parameter) => parameter with { InitialScale = 1 / Math.Sqrt(inputs) };
}
