using FlowOde.Flows.Randomness;

namespace FlowOde.Flows.Matching;

/// <summary>Every time alike.</summary>
public sealed class UniformTimes : ITimeSampling
{
    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public string Description => "every time alike";

    /// <inheritdoc/>
    public double[] Draw(ReadOnlySpan<long> rows, RandomStream stream)
    {
        var times = new double[rows.Length];
        stream.FillUniform<double>(rows, 1, times);
        return times;
    }
}
