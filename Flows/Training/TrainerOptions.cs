using FlowOde.Flows.Training.Schedules;

namespace FlowOde.Flows.Training;

/// <summary>How a model is trained.</summary>
public sealed record TrainerOptions
{
    /// <summary>The learning rate over the run.</summary>
    public required ILearningRateSchedule Schedule { get; init; }

    /// <summary>The 2-norm beyond which a gradient is scaled down, greater than 0; infinity for no clipping.</summary>
    public double ClipNorm
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The clipping norm must be positive.");
    } = 10;

    /// <summary>The decay of the averaged weights, in [0, 1).</summary>
    public double AverageDecay
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The averaging decay lies in [0, 1).");
    } = 0.999;

    /// <summary>Iterations between validations, at least 1.</summary>
    public long ValidateEvery
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is at least one iteration between validations.");
    } = 200;

    /// <summary>Validations without a better one after which training stops; 0 for never.</summary>
    public int Patience
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Patience must not be negative.");
    }

    /// <summary>Whether solves start from how those of the iteration before stepped.</summary>
    /// <value>True by default.</value>
    public bool WarmStart { get; init; } = true;

    /// <summary>Seconds of training, or null where the plan's number of iterations decides.</summary>
    public double? SecondsLimit
    {
        get;
        init => field = value is null ? null : Positive(value.Value, nameof(SecondsLimit));
    }

    private static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a positive number.");
}
