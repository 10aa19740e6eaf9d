using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>Rows that were solved for one after another, and are pulled back so.</summary>
internal sealed class RowsAloneRecord : RecordedSolve
{
    private readonly OdeProblem _problem;
    private readonly IReadOnlyList<RowRecord> _records;
    private readonly FlatVector[] _states;

    /// <param name="problem">The problem of all rows.</param>
    /// <param name="records">The record of each row; they and the rows belong to this from now on.</param>
    /// <param name="statistics">What they cost.</param>
    public RowsAloneRecord(OdeProblem problem, IReadOnlyList<RowRecord> records, SolveStatistics statistics)
    {
        (_problem, _records, Statistics) = (problem, records, statistics);
        _states = [.. problem.Times.Skip(1).Select(_ => problem.Start.Clone())];
        foreach (var record in records)
        {
            record.CopyTo(_states);
        }
    }

    public override IReadOnlyList<FlatVector> States => _states;

    public override SolveStatistics Statistics { get; }

    /// <summary>Start and end alone: rows share no other time.</summary>
    public override IReadOnlyList<double> Grid => _problem.Times;

    public override void Dispose()
    {
        Array.ForEach(_states, state => state.Dispose());
        foreach (var record in _records)
        {
            record.Dispose();
            record.Row.Dispose();
        }
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        var byTime = new double[_problem.Times.Length];
        var (statistics, drift) = (new SolveStatistics(), 0.0);
        var cotangents = stateCotangents.ToArray().Select(_ => _records[0].Row.Problem.Start.CreateLike()).ToArray();
        using var start = _records[0].Row.Problem.Start.CreateLike();
        try
        {
            foreach (var record in _records.OrderBy(record => record.IsLater))
            {
                long row = record.Row.Row;
                for (int i = 0; i < cotangents.Length; i++)
                {
                    RowSelection.Gather(stateCotangents[i], [row], cotangents[i]);
                }

                var gradient = record.Pullback(cotangents, start, intoGradient);
                RowSelection.Copy(start, [0], [row], intoStart);
                byTime = [.. byTime.Zip(gradient.TimeCotangents, (sum, one) => sum + one)];
                (statistics, drift) = (statistics + gradient.Statistics, Math.Max(drift, gradient.Drift));
            }
        }
        finally
        {
            Array.ForEach(cotangents, cotangent => cotangent.Dispose());
        }

        return new(byTime, statistics) { Drift = drift };
    }
}
