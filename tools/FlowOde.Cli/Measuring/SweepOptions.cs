namespace FlowOde.Cli.Measuring;

/// <summary>What a sweep varies, and how far it may go.</summary>
internal sealed record SweepOptions
{
    /// <summary>Gradient methods, or null for all that go with each solver.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Solvers, or null for the one the model has.</summary>
    public IReadOnlyList<string>? Solvers { get; init; }

    /// <summary>Numbers of steps, ascending.</summary>
    public required IReadOnlyList<int> Steps { get; init; }

    /// <summary>Rows, or null for as many as training takes.</summary>
    public IReadOnlyList<int>? Batches { get; init; }

    /// <summary>Widths of every hidden layer, or null for the model's own.</summary>
    public IReadOnlyList<int>? Widths { get; init; }

    /// <summary>Resident bytes that a measuring process may have.</summary>
    public required long MemoryLimit { get; init; }

    /// <summary>Seconds that the repetitions of one gradient may take.</summary>
    public required double RepeatSeconds { get; init; }

    /// <summary>The time that a measuring process may take.</summary>
    public required TimeSpan TimeLimit { get; init; }
}
