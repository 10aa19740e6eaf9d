namespace FlowOde.Flows.Training.Schedules;

/// <summary>The base rate throughout.</summary>
public sealed record ConstantRate : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Factor(double progress, long step) => 1;
}
