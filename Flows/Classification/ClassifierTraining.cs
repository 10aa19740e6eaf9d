namespace FlowOde.Flows.Classification;

/// <summary>How an <see cref="ImageClassifier"/> is trained.</summary>
public sealed record ClassifierTraining
{
    /// <summary>Number of steps, at least 1.</summary>
    /// <value>1,500 by default.</value>
    public int Steps
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Training takes at least 1 step.");
    } = 1500;

    /// <summary>Images of a step, at least 1.</summary>
    /// <value>128 by default.</value>
    public int BatchSize
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A batch has at least 1 image.");
    } = 128;

    /// <summary>The learning rate of Adam at the start, from where it falls to 0 in a straight line; greater than 0.</summary>
    /// <value>0.002 by default.</value>
    public double Rate
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The learning rate is a positive number.");
    } = 2e-3;

    /// <summary>The chance that a feature is left out of a step, in [0, 1).</summary>
    /// <value>0.25 by default.</value>
    public double Dropout
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Dropout is a chance, at least 0 and below 1.");
    } = 0.25;

    /// <summary>The most pixels by which an image is shifted in a step, up or down and left or right, at least 0; null for a fourteenth of its smaller side.</summary>
    /// <value>Null by default: 2 for 28 × 28, 0 for 8 × 8.</value>
    public int? Shift
    {
        get;
        init => field = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A shift has 0 or more pixels.");
    }

    /// <summary>Number of threads that share the images of a step, at least 1. Results depend on it by round-off.</summary>
    /// <value>1 by default.</value>
    public int Threads
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Training takes at least 1 thread.");
    } = 1;
}
