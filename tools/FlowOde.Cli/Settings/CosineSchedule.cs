using FlowOde.Flows.Training;

namespace FlowOde.Cli.Settings;

/// <summary>Grows over the warm-up steps, then falls along half a cosine to a hundredth at the end of the run (Loshchilov, Hutter 2017).</summary>
/// <param name="warmup">Number of warm-up steps.</param>
internal sealed class CosineSchedule(long warmup) : ILearningRateSchedule
{
    private const double Last = 0.01;

    /// <inheritdoc/>
    public double Rate(double progress, long step)
    {
        double fall = Last + ((1 - Last) * (1 + Math.Cos(Math.PI * progress)) / 2);
        return step < warmup ? fall * (step + 1.0) / warmup : fall;
    }
}
