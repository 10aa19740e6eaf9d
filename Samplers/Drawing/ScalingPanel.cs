namespace FlowOde.Samplers.Drawing;

/// <summary>Curves that share a frame.</summary>
public sealed record ScalingPanel
{
    /// <summary>What they have in common; stands above the frame.</summary>
    public required string Heading { get; init; }

    /// <summary>The curves.</summary>
    public required IReadOnlyList<ScalingCurve> Curves { get; init; }

    /// <summary>The cost at which measurements were ended, or null.</summary>
    public double? Limit { get; init; }

    /// <summary>What stands at the line of the limit.</summary>
    /// <value>Empty by default.</value>
    public string LimitLabel { get; init; } = "";
}
