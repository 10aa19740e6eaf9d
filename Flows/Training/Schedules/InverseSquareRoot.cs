namespace FlowOde.Flows.Training.Schedules;

/// <summary>The base rate over √(1 + step / scale): does not need to know when training ends (after Robbins and Monro 1951; Vaswani et al. 2017, §5.3).</summary>
public sealed record InverseSquareRoot : LearningRateSchedule
{
    /// <summary>Steps until the rate has fallen by √2; positive.</summary>
    /// <value>1000</value>
    public double ScaleSteps
    {
        get;
        init => field = double.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(ScaleSteps)} must be positive.");
    } = 1000;

    /// <inheritdoc/>
    protected override double Factor(double progress, long step) => 1 / Math.Sqrt(1 + (step / ScaleSteps));
}
