using FlowOde.Flows.Training;

namespace FlowOde.Cli.Settings;

/// <summary>Grows over the warm-up steps and falls in a straight line to a hundredth at the end of the run.</summary>
/// <param name="warmup">Number of warm-up steps.</param>
internal sealed class LinearSchedule(long warmup) : ILearningRateSchedule
{
    private const double Last = 0.01;

    /// <inheritdoc/>
    public double Rate(double progress, long step)
    {
        double fall = 1 - ((1 - Last) * progress);
        return step < warmup ? fall * (step + 1.0) / warmup : fall;
    }
}
