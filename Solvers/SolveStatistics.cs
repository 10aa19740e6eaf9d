using FlowOde.Solvers.Rows;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Solvers;

/// <summary>What a solve cost. Two are equal where their counts are.</summary>
public sealed record SolveStatistics
{
    private static readonly SolveStatistics _none = new();

    /// <summary>Evaluations of the vector field.</summary>
    public int Evaluations { get; init; }

    /// <summary>Pullbacks of the vector field; 0 for a solve without gradient.</summary>
    public int Pullbacks { get; init; }

    /// <summary>Steps that are part of the solution.</summary>
    public int AcceptedSteps { get; init; }

    /// <summary>Steps that were tried and thrown away.</summary>
    public int RejectedSteps { get; init; }

    /// <summary>Whether the last time was reached; not so only where a limit ended the solve that was to return what it has.</summary>
    /// <value>True by default.</value>
    public bool HasArrived { get; init; } = true;

    /// <summary>How each solve stepped whose errors were judged, in their order.</summary>
    public IReadOnlyList<StepProfile> Profiles { get; init; } = [];

    /// <summary>What each row took, where every row has its own steps; else null.</summary>
    public RowSteps? Rows { get; init; }

    /// <inheritdoc/>
    public bool Equals(SolveStatistics? other) => other is not null
        && (Evaluations, Pullbacks, AcceptedSteps, RejectedSteps) == (other.Evaluations, other.Pullbacks, other.AcceptedSteps, other.RejectedSteps);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Evaluations, Pullbacks, AcceptedSteps, RejectedSteps);

    /// <summary>The sum of two solves.</summary>
    public static SolveStatistics operator +(SolveStatistics a, SolveStatistics b) => Add(a, b);

    /// <summary>The sum of two solves.</summary>
    public static SolveStatistics Add(SolveStatistics a, SolveStatistics b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new()
        {
            Evaluations = a.Evaluations + b.Evaluations,
            Pullbacks = a.Pullbacks + b.Pullbacks,
            AcceptedSteps = a.AcceptedSteps + b.AcceptedSteps,
            RejectedSteps = a.RejectedSteps + b.RejectedSteps,
            HasArrived = a.HasArrived && b.HasArrived,
            Profiles = [.. a.Profiles, .. b.Profiles],
            Rows = a == _none ? b.Rows : b == _none ? a.Rows : a.Rows is null || b.Rows is null ? null : a.Rows.Plus(b.Rows),
        };
    }
}
