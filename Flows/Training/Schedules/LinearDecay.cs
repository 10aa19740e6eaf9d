namespace FlowOde.Flows.Training.Schedules;

/// <summary>A straight line from the base rate down to its final share at the end.</summary>
public sealed record LinearDecay : LearningRateSchedule
{
    /// <summary>Share of the base rate at the end, 0 to 1.</summary>
    /// <value>0</value>
    public double FinalFraction
    {
        get;
        init => field = Share(value, nameof(FinalFraction));
    }

    /// <inheritdoc/>
    protected override double Factor(double progress, long step) => double.Lerp(1, FinalFraction, progress);
}
