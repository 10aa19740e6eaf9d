namespace FlowOde.Samplers.Drawing;

/// <summary>How many things have a value: one bar of a <see cref="HistogramFigure"/>.</summary>
/// <param name="Value">The value, a count.</param>
/// <param name="Counts">The things of each part, which are stacked from below.</param>
public sealed record HistogramBar(int Value, IReadOnlyList<int> Counts)
{
    /// <summary>The things of all parts.</summary>
    public int Total => Counts.Sum();
}
