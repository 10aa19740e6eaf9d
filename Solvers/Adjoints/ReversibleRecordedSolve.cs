using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>A recorded solve of a reversible method: its end, from which each step is undone, made again with tapes, and pulled back.</summary>
internal sealed class ReversibleRecordedSolve : RecordedSolve
{
    private readonly IDifferentiableField _field;
    private readonly IReversibleStepper _stepper;
    private readonly OdeProblem _problem;
    private readonly SolveLease _lease;
    private readonly TapeBudget _budget;
    private readonly List<FlatVector> _states;
    private readonly List<int> _stepsBefore;
    private readonly List<double> _grid;
    private readonly FlatVector _start;
    private readonly FlatVector[] _carried;
    private readonly long _bytes;
    private bool _disposed;

    public ReversibleRecordedSolve(IDifferentiableField field, IReversibleStepper stepper, OdeProblem problem, SolveLease lease, TapeBudget budget, List<FlatVector> states, List<int> stepsBefore, List<double> grid, SolveStatistics statistics)
    {
        (_field, _stepper, _problem, _lease, _budget, _states, _stepsBefore, _grid, Statistics) = (field, stepper, problem, lease, budget, states, stepsBefore, grid, statistics);
        _start = problem.Start.Clone();
        _carried = [.. lease.Step.Carried.ToArray().Select(vector => vector.Clone())];
        _bytes = (1L + _carried.Length + states.Count) * _start.Flat.numel() * _start.Flat.element_size();
        budget.Take(_bytes);
    }

    public override IReadOnlyList<FlatVector> States => _states;

    public override SolveStatistics Statistics { get; }

    public override IReadOnlyList<double> Grid => _grid;

    public override void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _states.ForEach(state => state.Dispose());
        _states.Clear();
        _start.Dispose();
        foreach (var vector in _carried)
        {
            vector.Dispose();
        }

        _budget.Give(_bytes);
        _lease.Dispose();
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var sweep = new CotangentSweep(_field, _stepper, _problem, _lease.Field, intoStart, intoGradient);
        object key = (nameof(StepReversal), _stepper, _start.Layout, _problem.Spec.Key);
        var reversal = _problem.Pool.Rent(key, () => _stepper.CreateReversal(_start.Layout, _start.DType, _start.Device));
        FieldTape[] tapes = [.. Enumerable.Range(0, _stepper.TapedStages).Select(_ => _lease.Field.RentTape())];
        FlatVector[] derivatives = [.. tapes.Select(_ => _start.CreateLike())];
        long bytes = tapes.Sum(tape => tape.Bytes) + (_start.Flat.numel() * _start.Flat.element_size() * derivatives.Length);
        _budget.Take(bytes);
        using var difference = _start.CreateLike();
        var drift = new StateDrift(double.PositiveInfinity, difference);
        try
        {
            for (int interval = stateCotangents.Length - 1; interval >= 0; interval--)
            {
                sweep.Arrive(stateCotangents[interval]);
                int first = interval == 0 ? 0 : _stepsBefore[interval - 1];
                for (int n = _stepsBefore[interval] - 1; n >= first; n--)
                {
                    var record = new StepRecord { Time = _grid[n], NextTime = _grid[n + 1], Start = _carried, Tapes = tapes, Derivatives = derivatives };
                    reversal.StepBack(_field, tapes[0], record.Time, record.NextTime, _carried);
                    sweep.Steps.Replay(_field, record);
                    sweep.Pullback(record, interval);
                    if (n == 0)
                    {
                        sweep.PullbackStart(record);
                    }
                }

                drift.Measure(_carried[0], interval == 0 ? _start : _states[interval - 1], _states[interval]);
            }
        }
        finally
        {
            _budget.Give(bytes);
            _problem.Pool.Return(key, reversal);
            foreach (var tape in tapes)
            {
                _lease.Field.ReturnTape(tape);
            }

            foreach (var derivative in derivatives)
            {
                derivative.Dispose();
            }
        }

        int steps = _grid.Count - 1;
        return sweep.Gradient(steps * (_stepper.InverseStages + _stepper.TapedStages)) with { Drift = drift.Largest };
    }
}
