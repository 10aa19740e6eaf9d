namespace FlowOde.Flows.Training.Schedules;

/// <summary>Half a cosine from the base rate down to its final share at the end (Loshchilov and Hutter 2017, SGDR, without restarts).</summary>
public sealed record CosineDecay : LearningRateSchedule
{
    /// <summary>Share of the base rate at the end, 0 to 1.</summary>
    /// <value>0.01</value>
    public double FinalFraction
    {
        get;
        init => field = Share(value, nameof(FinalFraction));
    } = 0.01;

    /// <inheritdoc/>
    protected override double Factor(double progress, long step) =>
        double.Lerp(FinalFraction, 1, (1 + Math.Cos(Math.PI * progress)) / 2);
}
