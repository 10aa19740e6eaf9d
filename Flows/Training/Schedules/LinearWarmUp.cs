namespace FlowOde.Flows.Training.Schedules;

/// <summary>Another schedule, scaled over the first steps by (step + 1) / n: from 1/n of its rate to all of it (Goyal et al. 2017, §2.2).</summary>
public sealed record LinearWarmUp : ILearningRateSchedule
{
    /// <summary>The schedule that is warmed up; it keeps its own clock.</summary>
    public required ILearningRateSchedule Inner
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }

    /// <summary>Number of steps n until the full rate; 0 for none.</summary>
    public required long Steps
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Steps)} must not be negative.");
    }

    /// <inheritdoc/>
    public double Rate(double progress, long step)
    {
        var rate = Inner.Rate(progress, step);
        return step < Steps ? rate * ((step + 1.0) / Steps) : rate;
    }
}
