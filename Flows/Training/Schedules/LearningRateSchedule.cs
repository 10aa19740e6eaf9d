namespace FlowOde.Flows.Training.Schedules;

/// <summary>A schedule that scales a base rate by a factor; checks what all of them must check.</summary>
public abstract record LearningRateSchedule : ILearningRateSchedule
{
    /// <summary>The largest rate, per step; positive.</summary>
    /// <value>1e-3</value>
    public double BaseRate
    {
        get;
        init => field = double.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(BaseRate)} must be positive.");
    } = 1e-3;

    /// <inheritdoc/>
    public double Rate(double progress, long step)
    {
        if (!(progress is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(progress), progress, "Progress is step / total, from 0 to 1.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return BaseRate * Factor(progress, step);
    }

    /// <summary>The rate as a share of the base rate, in [0, 1]; its arguments are checked.</summary>
    protected abstract double Factor(double progress, long step);

    /// <summary>Refuses a share outside [0, 1].</summary>
    protected static double Share(double value, string name) => value is >= 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be from 0 to 1.");
}
