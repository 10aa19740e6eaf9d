namespace FlowOde.Flows.Layers;

/// <summary>The law of a segment's first entries.</summary>
public enum InitialLaw
{
    /// <summary>Uniform in (−scale, scale).</summary>
    Uniform,

    /// <summary>Normal with mean 0 and the scale as standard deviation.</summary>
    Normal,
}
