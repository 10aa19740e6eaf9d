using FlowOde.Solvers.Events;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers;

/// <summary>The states at the times that were asked for. Owns them.</summary>
public sealed class OdeSolution : IDisposable
{
    internal OdeSolution(IReadOnlyList<FlatVector> states, IReadOnlyList<double> times, SolveStatistics statistics) => (States, Times, Statistics) = (states, times, statistics);

    /// <summary>What each row took, where every row has its own steps; else null.</summary>
    public RowSteps? Rows => Statistics.Rows;

    /// <summary>The state at each time after the start: States[i] belongs to Times[i + 1] of the problem, and to <see cref="Times"/>[i] here. Times behind a terminal event have none.</summary>
    public IReadOnlyList<FlatVector> States { get; }

    /// <summary>The time of each state: those asked for, and where a limit ended the solve the time that was reached. Rows with steps of their own that ended before stand at their times in <see cref="Rows"/>.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>Whether the last time asked for or a terminal event was reached, and not a limit before.</summary>
    public bool IsComplete => Statistics.HasArrived;

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; }

    /// <summary>The events that happened, in the order of the solve; of rows with steps of their own row by row.</summary>
    public IReadOnlyList<EventOccurrence> Occurrences { get; internal init; } = [];

    /// <summary>The terminal event that ended the solve, or null where it went to its last time, and where every row has its own end.</summary>
    public EventOccurrence? EndedBy => Rows is null && Occurrences.Count > 0 && Occurrences[^1].Event.IsTerminal ? Occurrences[^1] : null;

    /// <summary>The state where the solve ended: at the last time, at a terminal event, or where a limit ended it.</summary>
    public FlatVector Final => EndedBy?.State ?? States[^1];

    /// <summary>The accepted steps of a solve with events: the start, then the end of each.</summary>
    internal IReadOnlyList<double> Grid { get; init; } = [];

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
