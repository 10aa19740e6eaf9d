namespace FlowOde.Flows.Training.Schedules;

/// <summary>The base rate times a drop at each milestone that has been reached.</summary>
public sealed record StepDecay : LearningRateSchedule
{
    /// <summary>Factor at each milestone, 0 to 1.</summary>
    /// <value>0.1</value>
    public double Drop
    {
        get;
        init => field = Share(value, nameof(Drop));
    } = 0.1;

    /// <summary>Shares of the training at which the rate drops, 0 to 1, ascending.</summary>
    /// <value>0.5, 0.75, 0.9</value>
    public IReadOnlyList<double> Milestones
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            for (var i = 0; i < value.Count; i++)
            {
                _ = Share(value[i], $"{nameof(Milestones)}[{i}]");
                if (i > 0 && !(value[i] > value[i - 1]))
                {
                    throw new ArgumentException($"{nameof(Milestones)} must ascend; {value[i]:R} follows {value[i - 1]:R}.", nameof(value));
                }
            }

            field = [.. value];
        }
    } = [0.5, 0.75, 0.9];

    /// <inheritdoc/>
    protected override double Factor(double progress, long step) =>
        Math.Pow(Drop, Milestones.Count(milestone => progress >= milestone));
}
