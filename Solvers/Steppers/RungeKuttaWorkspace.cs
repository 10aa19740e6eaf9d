using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of an explicit Runge–Kutta method: stages first, so that a combination streams through whole vectors.</summary>
internal class RungeKuttaWorkspace : StepWorkspace
{
    private readonly ExplicitRungeKutta _method;
    private readonly ButcherTableau _tableau;
    private readonly FlatVector[] _stages; // one more than the tableau has where the last is not the next step's first: f(t + h, y')
    private readonly FlatVector _stageState;
    private readonly double[] _coefficients;
    private FlatVector _state;
    private FlatVector _candidate;
    private IStageSystem _system = null!;
    private double _time;
    private double _nextTime;
    private double _previousTime;
    private bool _startKnown;

    public RungeKuttaWorkspace(ExplicitRungeKutta method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_method, _tableau) = (method, method.Tableau);
        _stages = [.. Enumerable.Range(0, method.TapedStages + 1).Select(_ => new FlatVector(layout, dtype, device))];
        (_state, _candidate, _stageState) = (new(layout, dtype, device), new(layout, dtype, device), new(layout, dtype, device));
        _coefficients = new double[_stages.Length];
    }

    public override FlatVector State => _state;

    public override ReadOnlySpan<FlatVector> Carried => new(ref _state);

    public override FlatVector Candidate => _candidate;

    public override double Time => _time;

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (_system, _time, _startKnown, Evaluations) = (system, time, false, 0);
        _state.CopyFrom(start);
        _candidate.CopyFrom(start); // constants must stand in every buffer that is evaluated
        _stageState.CopyFrom(start);
    }

    public override void Restart(Action<FlatVector> change)
    {
        change(_state);
        _candidate.CopyFrom(_state);
        _stageState.CopyFrom(_state);
        _startKnown = false;
    }

    public override FlatVector StartDerivative()
    {
        if (!_startKnown)
        {
            Evaluate(new(_time, 0, double.NaN, EvaluationPurpose.Step), _state, _stages[0]);
            _startKnown = true;
        }

        return _stages[0];
    }

    public override FlatVector EulerDerivative(double step)
    {
        var start = StartDerivative();
        LinearCombination.Write(_state, [step], [start], _state.Layout.EvolvingRanges, _stageState);
        Evaluate(new(_time + step, 1, double.NaN, EvaluationPurpose.Outside), _stageState, _stages[1]);
        return _stages[1];
    }

    public override void Try(double nextTime)
    {
        _nextTime = nextTime;
        double step = nextTime - _time;
        StartDerivative();
        int taped = _method.TapedStages;
        for (int i = 1; i < taped; i++)
        {
            LinearCombination.Write(_state, ExplicitRungeKutta.Scaled(_tableau.A[i], step, _coefficients), _stages, _state.Layout.EvolvingRanges, _stageState);
            Evaluate(new(_tableau.StageTime(i, _time, nextTime), i, step * _tableau.B[i], EvaluationPurpose.Step), _stageState, _stages[i]);
        }

        LinearCombination.Write(_state, ExplicitRungeKutta.Scaled(_tableau.B.AsSpan(0, taped), step, _coefficients), _stages, _state.Layout.DerivativeRanges, _candidate);
        if (_tableau.IsFirstSameAsLast)
        {
            Evaluate(new(nextTime, taped, 0, EvaluationPurpose.Step), _candidate, _stages[taped]);
        }
    }

    public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances) => norm.Evaluate(tolerances, _state, _candidate, ErrorWeights(), _stages);

    public override void RowErrors(Tolerances tolerances, Span<double> into) => StepSizeControllers.ErrorNorm.OfRows(tolerances, _state, _candidate, ErrorWeights(), _stages, into);

    /// <summary>
    /// The step's length times the largest eigenvalue of ∂f/∂y as the last two evaluations at its end see it, h‖k_s − k_{s−1}‖/‖y' − y_{s−1}‖: for methods whose first is the same as the last
    /// and whose stage before lies at the end too. Asked for between a step and its acceptance.
    /// </summary>
    /// <remarks>Hairer, Wanner, Solving ODEs II, IV.2.</remarks>
    public double StiffnessRatio()
    {
        var ranges = _state.Layout.EvolvingRanges;
        LinearCombination.Write(_stageState, [-1], [_candidate], ranges, _stageState);
        double apart = LinearCombination.Dot(_stageState, _stageState, ranges);
        LinearCombination.Write(_stages[^1], [-1], [_stages[^2]], ranges, _stageState);
        double changed = LinearCombination.Dot(_stageState, _stageState, ranges);
        return apart > 0 ? Math.Abs(_nextTime - _time) * Math.Sqrt(changed / apart) : 0;
    }

    public override void Accept(bool isLast)
    {
        _system.Accepted(new()
        {
            Time = _time,
            NextTime = _nextTime,
            Start = Carried,
            Derivatives = _stages.AsSpan(0, _method.TapedStages),
            FirstWeight = (_nextTime - _time) * _tableau.B[0],
            HoldsNextFirst = _tableau.IsFirstSameAsLast,
            IsLast = isLast,
        });
        (_state, _candidate) = (_candidate, _state);
        (_stages[0], _stages[^1]) = (_stages[^1], _stages[0]);
        (_previousTime, _time, _startKnown) = (_time, _nextTime, _tableau.IsFirstSameAsLast);
    }

    public override void Reject() => _system.Rejected();

    public override StepInterpolant CreateInterpolant()
    {
        // After Accept the step's first derivative lies at the end of _stages, its end's derivative at the beginning.
        double step = _time - _previousTime;
        var derivatives = _stages.ToArray();
        (derivatives[0], derivatives[^1]) = (_stages[^1], StartDerivative());
        double[][] rows = _tableau.DenseOutput ?? HermiteRows();
        var coefficients = new FlatVector[rows[0].Length];
        for (int power = 0; power < coefficients.Length; power++)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                _coefficients[i] = step * rows[i][power];
            }

            coefficients[power] = _state.CreateLike();
            LinearCombination.Write(null, _coefficients.AsSpan(0, rows.Length), derivatives, _state.Layout.DerivativeRanges, coefficients[power]);
        }

        return new(_previousTime, _time, _candidate.Clone(), coefficients);
    }

    public override void Dispose()
    {
        foreach (var vector in _stages)
        {
            vector.Dispose();
        }

        _state.Dispose();
        _candidate.Dispose();
        _stageState.Dispose();
    }

    private ReadOnlySpan<double> ErrorWeights() =>
        ExplicitRungeKutta.Scaled(_tableau.ErrorWeights ?? throw new InvalidOperationException($"'{_tableau.Name}' estimates no error; use a constant step."), _nextTime - _time, _coefficients);

    private void Evaluate(in StagePoint point, FlatVector state, FlatVector into)
    {
        Evaluations++;
        _system.Evaluate(point, state, into);
    }

    /// <summary>
    /// The cubic Hermite polynomial through both ends and their derivatives as rows of powers of θ: with Δ = hΣ b_i k_i it is
    /// θ·hk_0 + θ²(3Δ − 2hk_0 − hk_1) + θ³(hk_0 + hk_1 − 2Δ), k_0 and k_1 being the derivatives at the step's ends.
    /// </summary>
    private double[][] HermiteRows() => [.. Enumerable.Range(0, _stages.Length).Select(i =>
    {
        double b = i < _tableau.Stages ? _tableau.B[i] : 0, first = i == 0 ? 1 : 0, last = i == _stages.Length - 1 ? 1 : 0;
        return new[] { first, (3 * b) - (2 * first) - last, first + last - (2 * b) };
    })];
}
