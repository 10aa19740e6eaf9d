using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>
/// Solves the rows of a problem one after another: what every method and every gradient can do, where a batch in which rows have steps of their own is beyond them.
/// </summary>
internal static class RowsAlone
{
    /// <summary>Solves for all rows.</summary>
    /// <param name="problem">The problem, checked.</param>
    /// <returns>The solution; belongs to the caller.</returns>
    public static OdeSolution Solve(OdeProblem problem)
    {
        var rows = RowAlone.All(problem);
        var states = new List<FlatVector>();
        var occurrences = new List<EventOccurrence>();
        var (costs, ends) = (new SolveStatistics[rows.Length], new double[rows.Length]);
        try
        {
            states.AddRange(problem.Times.Skip(1).Select(_ => problem.Start.Clone()));
            foreach (var row in rows)
            {
                using var solution = Named(row, OdeSolver.Solve);
                row.CopyTo(solution.States, solution.Final, states);
                occurrences.AddRange(solution.Occurrences.Select(one => one.Copy() with { Row = row.Row }));
                (costs[row.Row], ends[row.Row]) = (solution.Statistics, solution.EndedBy?.Time ?? solution.Times[^1]);
            }

            return new(states, problem.Times[1..], Sum(costs, ends)) { Occurrences = occurrences };
        }
        catch
        {
            states.ForEach(state => state.Dispose());
            occurrences.ForEach(one => one.State.Dispose());
            throw;
        }
        finally
        {
            Array.ForEach(rows, row => row.Dispose());
        }
    }

    /// <summary>Records for all rows.</summary>
    /// <param name="adjoint">The gradient method.</param>
    /// <param name="problem">The problem, checked.</param>
    /// <param name="budget">What may be kept.</param>
    public static RecordedSolve Record(IAdjoint adjoint, OdeProblem problem, TapeBudget budget)
    {
        var rows = RowAlone.All(problem);
        var records = new List<RowRecord>();
        try
        {
            long largest = 0;
            foreach (var row in rows)
            {
                long before = budget.Used;
                records.Add(RowRecord.Of(row, adjoint, budget, isLater: adjoint.RowTapes == RowTapes.WithinBudget && !budget.Fits(2 * largest)));
                largest = Math.Max(largest, budget.Used - before);
            }

            return new RowsAloneRecord(problem, records, Sum([.. records.Select(record => record.Statistics)], [.. rows.Select(_ => problem.Times[^1])]));
        }
        catch
        {
            records.ForEach(record => record.Dispose());
            Array.ForEach(rows, row => row.Dispose());
            throw;
        }
    }

    /// <summary>Solves for a row, whose number stands before what went wrong.</summary>
    /// <typeparam name="T">What a solve gives.</typeparam>
    /// <param name="row">The row.</param>
    /// <param name="solve">Solves its problem.</param>
    internal static T Named<T>(RowAlone row, Func<OdeProblem, T> solve)
    {
        try
        {
            return solve(row.Problem);
        }
        catch (OdeSolveException cause)
        {
            throw new OdeSolveException($"Row {row.Row}:", cause);
        }
    }

    private static SolveStatistics Sum(SolveStatistics[] rows, double[] ends) => new()
    {
        Evaluations = rows.Sum(row => row.Evaluations),
        AcceptedSteps = rows.Max(row => row.AcceptedSteps),
        RejectedSteps = rows.Max(row => row.RejectedSteps),
        HasArrived = rows.All(row => row.HasArrived),
        Rows = new([.. rows.Select(row => row.AcceptedSteps)], [.. rows.Select(row => row.RejectedSteps)], ends, rows.Sum(row => (long)row.Evaluations)),
    };
}
