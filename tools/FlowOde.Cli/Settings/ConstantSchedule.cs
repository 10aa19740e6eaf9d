using FlowOde.Flows.Training;

namespace FlowOde.Cli.Settings;

/// <summary>Grows from 0 to 1 over the warm-up steps and stays.</summary>
/// <param name="warmup">Number of warm-up steps.</param>
internal sealed class ConstantSchedule(long warmup) : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double Rate(double progress, long step) => step < warmup ? (step + 1.0) / warmup : 1;
}
