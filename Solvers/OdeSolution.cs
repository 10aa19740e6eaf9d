using FlowOde.Solvers.Events;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers;

/// <summary>The states at the times that were asked for. Owns them.</summary>
public sealed class OdeSolution : IDisposable
{
    internal OdeSolution(IReadOnlyList<FlatVector> states, SolveStatistics statistics, EventSearch? search)
    {
        (States, Statistics) = (states, statistics);
        if (search is not null)
        {
            (Occurrences, Grid) = (search.Occurrences, search.Grid);
        }
    }

    internal OdeSolution(IReadOnlyList<FlatVector> states, SolveStatistics statistics, RowSteps rows)
        : this(states, statistics, search: null) => Rows = rows;

    /// <summary>What each row took, where every row has its own steps; else null.</summary>
    public RowSteps? Rows { get; }

    /// <summary>The state at each time after the start: States[i] belongs to Times[i + 1]. Times behind a terminal event have none.</summary>
    public IReadOnlyList<FlatVector> States { get; }

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; }

    /// <summary>The events that happened, in the order of the solve.</summary>
    public IReadOnlyList<EventOccurrence> Occurrences { get; } = [];

    /// <summary>The terminal event that ended the solve, or null where it went to its last time.</summary>
    public EventOccurrence? EndedBy => Occurrences.Count > 0 && Occurrences[^1].Event.IsTerminal ? Occurrences[^1] : null;

    /// <summary>The state where the solve ended: at the last time, or at a terminal event.</summary>
    public FlatVector Final => EndedBy?.State ?? States[^1];

    /// <summary>The accepted steps of a solve with events: the start, then the end of each.</summary>
    internal IReadOnlyList<double> Grid { get; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in States)
        {
            state.Dispose();
        }

        foreach (var occurrence in Occurrences)
        {
            occurrence.State.Dispose();
        }
    }
}
