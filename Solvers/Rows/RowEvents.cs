using FlowOde.Solvers.Events;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>Looks for the events of each row in the steps that it makes by itself.</summary>
internal sealed class RowEvents : IDisposable
{
    private readonly EventSearch[] _rows;
    private readonly FlatVector _state;

    /// <param name="problem">The problem of all rows.</param>
    public RowEvents(OdeProblem problem)
    {
        _state = new(problem.Field.StateLayout(1), problem.Start.DType, problem.Start.Device);
        _rows = new EventSearch[problem.Start.Layout.Rows];
        try
        {
            for (long row = 0; row < _rows.Length; row++)
            {
                RowSelection.Gather(problem.Start, [row], _state);
                _rows[row] = new(problem.Events, problem.Times[0], _state) { Row = row };
            }
        }
        catch
        {
            Dispose(); // a function is not finite
            throw;
        }
    }

    /// <summary>What happened in all rows, by their numbers and in the order of each row's solve.</summary>
    public IReadOnlyList<EventOccurrence> Occurrences => [.. _rows.SelectMany(row => row.Occurrences)];

    /// <summary>Looks through the step that a row made.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="place">Its place in the batch.</param>
    /// <param name="steps">The steps of the batch.</param>
    /// <param name="from">The start of the row's step.</param>
    /// <param name="to">Its end.</param>
    /// <param name="end">The states at the ends of the steps of the batch.</param>
    /// <param name="evaluations">Evaluations so far.</param>
    /// <returns>The terminal event that the row's solve ends with, or null.</returns>
    public EventOccurrence? Look(long row, long place, StepInterpolant steps, double from, double to, FlatVector end, int evaluations)
    {
        using var step = steps.OfRow(place, _state.Layout, from, to);
        RowSelection.Gather(end, [place], _state);
        return _rows[row].Look(step, _state, evaluations) ? _rows[row].Occurrences[^1] : null;
    }

    /// <summary>Takes what happened in the solve that a row made alone from where it stood.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="occurrences">What happened; copied.</param>
    public void Add(long row, IReadOnlyList<EventOccurrence> occurrences) =>
        _rows[row].Occurrences.AddRange(occurrences.Select(one => one.Copy() with { Row = row }));

    /// <summary>Forgets what happened to a row that is solved for anew.</summary>
    public void Forget(long row)
    {
        _rows[row].Occurrences.ForEach(one => one.State.Dispose());
        _rows[row].Occurrences.Clear();
    }

    public void Dispose()
    {
        _state.Dispose();
        foreach (var row in _rows)
        {
            row?.Dispose();
        }
    }
}
