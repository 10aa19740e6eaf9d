namespace FlowOde.Flows.Layers.Activations;

/// <summary>What an activation leaves on its tape besides its output, for the reverse sweep.</summary>
[Flags]
public enum ActivationKeeps
{
    /// <summary>Nothing: all is had from the output.</summary>
    None = 0,

    /// <summary>A function of the inputs that the reverse sweep reads as the slope φ'(a), [B, w].</summary>
    Slope = 1,

    /// <summary>The second derivative φ''(a), [B, w]; only where there are tangents.</summary>
    Curvature = 2,

    /// <summary>The tangents of the inputs, [K, B, w].</summary>
    Tangents = 4,

    /// <summary>The inputs a, [B, w].</summary>
    Values = 8,
}
