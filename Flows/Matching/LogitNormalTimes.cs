using FlowOde.Flows.Randomness;

namespace FlowOde.Flows.Matching;

/// <summary>The logistic function of a normal number: times in the middle, where velocities are hardest to tell, more often.</summary>
/// <remarks>Esser et al. 2024 (2403.03206), §3.1, with location 0 and scale 1.</remarks>
public sealed class LogitNormalTimes : ITimeSampling
{
    /// <inheritdoc/>
    public string Name => "logit-normal";

    /// <inheritdoc/>
    public string Description => "times in the middle more often";

    /// <inheritdoc/>
    public double[] Draw(ReadOnlySpan<long> rows, RandomStream stream)
    {
        var times = new double[rows.Length];
        stream.FillNormal<double>(rows, 1, times);
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = 1 / (1 + Math.Exp(-times[i]));
        }

        return times;
    }
}
