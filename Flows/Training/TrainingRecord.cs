namespace FlowOde.Flows.Training;

/// <summary>One training iteration, for log and display.</summary>
public sealed record TrainingRecord
{
    /// <summary>Iterations made, this one included.</summary>
    public required long Iteration { get; init; }

    /// <summary>The number of iterations planned now.</summary>
    public required long Total { get; init; }

    /// <summary>The loss; NaN where the iteration was skipped.</summary>
    public required double Loss { get; init; }

    /// <summary>The mean score of the batch: −log p in nats, or the squared error of the velocity.</summary>
    public required double Score { get; init; }

    /// <summary>The standard error of the batch mean.</summary>
    public required double StandardError { get; init; }

    /// <summary>Evaluations of the vector field in the forward solve.</summary>
    public required int NfeForward { get; init; }

    /// <summary>Pullbacks of the vector field in the backward pass.</summary>
    public required int NfeBackward { get; init; }

    /// <summary>Rejected steps of the forward solve.</summary>
    public required int RejectedSteps { get; init; }

    /// <summary>The 2-norm of the gradient before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>The learning rate of this iteration.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Seconds of training so far, those before a resume included.</summary>
    public required double Seconds { get; init; }

    /// <summary>The most memory the process has had, in bytes.</summary>
    public required long PeakMemory { get; init; }

    /// <summary>Why the iteration was skipped, or null.</summary>
    public string? Skipped { get; init; }

    /// <summary>What else should be known of it, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>The validation after this iteration, if there was one.</summary>
    public ValidationResult? Validation { get; init; }

    /// <summary>Whether that validation is the best so far.</summary>
    public bool IsBest { get; init; }
}
