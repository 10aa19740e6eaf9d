namespace FlowOde.Samplers.Drawing;

/// <summary>One picture of an animation.</summary>
/// <param name="Figure">What is shown.</param>
/// <param name="Duration">How long, 1 millisecond or more.</param>
public sealed record AnimationFrame(IFigure Figure, TimeSpan Duration);
