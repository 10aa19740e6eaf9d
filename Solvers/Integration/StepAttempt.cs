namespace FlowOde.Solvers.Integration;

/// <summary>A step that is about to be tried, as far as <see cref="StepLimits"/> look at it.</summary>
/// <param name="Time">Its start.</param>
/// <param name="NextTime">Its end.</param>
/// <param name="Length">The length that was proposed.</param>
internal readonly record struct StepAttempt(double Time, double NextTime, double Length)
{
    /// <summary>The largest time of the solve.</summary>
    public required double LargestTime { get; init; }

    /// <summary>Steps tried before.</summary>
    public required int Tried { get; init; }

    /// <summary>Evaluations before.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Whether tolerances choose the steps; if not, their number was given.</summary>
    public bool IsAdaptive { get; init; }

    /// <summary>The length that no step may fall below.</summary>
    public double Shortest { get; init; }

    /// <summary>The length that no step may exceed.</summary>
    public double Longest { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the last step that was rejected, if there was one, had a finite error.</summary>
    public bool IsFinite { get; init; } = true;

    /// <summary>Why the last step had no result, a sentence without its end; or null.</summary>
    public string? Failure { get; init; }

    /// <summary>The row that has steps of its own, or null.</summary>
    public long? Row { get; init; }
}
