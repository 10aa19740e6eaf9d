using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of a general linear method.</summary>
internal sealed class GeneralLinearWorkspace : StepWorkspace
{
    private readonly GeneralLinearTableau _tableau;
    private readonly GeneralLinearArithmetic _step;
    private readonly GeneralLinearArithmetic? _estimate;
    private readonly FlatVector[] _vectors; // the carried vectors, the stages, and those that the error estimate alone needs
    private readonly FlatVector[] _next;
    private readonly FlatVector _stageState;
    private readonly FlatVector? _error; // where the parts of the state have errors of their own
    private readonly int _carried;
    private readonly int _stages;
    private FlatVector _startDerivative;
    private FlatVector _previousDerivative;
    private IStageSystem _system = null!;
    private double _time;
    private double _nextTime;
    private double _previousTime;
    private bool _isCarriedKnown;
    private bool _isDerivativeKnown;
    private bool _isPreviousKnown;

    public GeneralLinearWorkspace(GeneralLinearTableau tableau, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_tableau, _carried, _stages) = (tableau, tableau.Carried.Length, tableau.Step.Stages);
        _step = new(tableau.Step, _carried, layout);
        _estimate = tableau.Estimate is { } estimate ? new(estimate, _carried + _stages, layout) : null;
        FlatVector[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new FlatVector(layout, dtype, device))];
        _vectors = Make(_carried + _stages + (tableau.Estimate?.Stages ?? 0));
        _error = _estimate is { Parts: > 1 } ? new(layout, dtype, device) : null;
        _next = Make(_carried);
        (_stageState, _startDerivative, _previousDerivative) = (new(layout, dtype, device), new(layout, dtype, device), new(layout, dtype, device));
    }

    public override FlatVector State => _vectors[0];

    public override ReadOnlySpan<FlatVector> Carried
    {
        get
        {
            FindCarried();
            return _vectors.AsSpan(0, _carried);
        }
    }

    public override FlatVector Candidate => _next[0];

    public override double Time => _time;

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (_system, _time, Evaluations) = (system, time, 0);
        _vectors[0].CopyFrom(start);
        Spread();
    }

    public override void Restart(Action<FlatVector> change)
    {
        change(_vectors[0]);
        Spread();
    }

    public override FlatVector StartDerivative()
    {
        if (!_isDerivativeKnown)
        {
            Evaluate(new(_time, _stages, double.NaN, EvaluationPurpose.Outside), State, _startDerivative);
            _isDerivativeKnown = true;
        }

        return _startDerivative;
    }

    public override FlatVector EulerDerivative(double step)
    {
        LinearCombination.Write(State, [step], [StartDerivative()], State.Layout.EvolvingRanges, _stageState);
        Evaluate(new(_time + step, _stages, double.NaN, EvaluationPurpose.Outside), _stageState, _previousDerivative);
        _isPreviousKnown = false;
        return _previousDerivative;
    }

    public override void Try(double nextTime)
    {
        FindCarried();
        _nextTime = nextTime;
        double step = nextTime - _time;
        for (int i = 0; i < _stages; i++)
        {
            _step.WriteStage(i, step, _vectors, _stageState);
            Evaluate(new(_step.Time(i, _time, nextTime), i, double.NaN, EvaluationPurpose.Step) { Half = _step.Half(i) }, _stageState, _vectors[_carried + i]);
        }

        for (int j = 0; j < _carried; j++)
        {
            _step.WriteOutput(j, step, _vectors, _next[j]);
        }
    }

    public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances)
    {
        double step = _nextTime - _time;
        var estimate = _estimate ?? throw new InvalidOperationException($"'{_tableau.Name}' estimates no error; use a constant step.");
        for (int i = 0; i < _tableau.Estimate!.Stages; i++)
        {
            estimate.WriteStage(i, step, _vectors, _stageState);
            Evaluate(new(estimate.Time(i, _time, _nextTime), _stages, double.NaN, EvaluationPurpose.Outside) { Half = estimate.Half(i) }, _stageState, _vectors[_carried + _stages + i]);
        }

        if (_error is null)
        {
            return norm.Evaluate(tolerances, State, Candidate, estimate.At(estimate.Output(0, 0), step), _vectors);
        }

        estimate.WriteOutput(0, step, _vectors, _error);
        return norm.Evaluate(tolerances, State, Candidate, [1], [_error]);
    }

    public override void Accept(bool isLast)
    {
        _system.Accepted(new()
        {
            Time = _time,
            NextTime = _nextTime,
            Start = Carried,
            Derivatives = _vectors.AsSpan(_carried, _stages),
            FirstWeight = double.NaN,
            HoldsNextFirst = false,
            IsLast = isLast,
        });
        for (int j = 0; j < _carried; j++)
        {
            (_vectors[j], _next[j]) = (_next[j], _vectors[j]);
        }

        (_previousTime, _time) = (_time, _nextTime);
        (_startDerivative, _previousDerivative) = (_previousDerivative, _startDerivative);
        (_isPreviousKnown, _isDerivativeKnown) = (_isDerivativeKnown, false);
    }

    public override void Reject() => _system.Rejected();

    public override StepInterpolant CreateInterpolant()
    {
        // The cubic Hermite polynomial through both ends and their derivatives; the last step's start lies where the next candidate will.
        var layout = State.Layout;
        double step = _time - _previousTime;
        if (!_isPreviousKnown)
        {
            Evaluate(new(_previousTime, _stages, double.NaN, EvaluationPurpose.Outside), _next[0], _previousDerivative);
            _isPreviousKnown = true;
        }

        FlatVector[] terms = [State, _next[0], _previousDerivative, StartDerivative()];
        double[][] powers = [[0, 0, step, 0], [3, -3, -2 * step, -step], [-2, 2, step, step]];
        var coefficients = new FlatVector[powers.Length];
        for (int power = 0; power < coefficients.Length; power++)
        {
            coefficients[power] = State.CreateLike();
            LinearCombination.Write(null, powers[power], terms, layout.DerivativeRanges, coefficients[power]);
        }

        return new(_previousTime, _time, _next[0].Clone(), coefficients);
    }

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _vectors, .. _next, _stageState, _startDerivative, _previousDerivative])
        {
            vector.Dispose();
        }

        _error?.Dispose();
    }

    /// <summary>Constants must stand in every buffer that is evaluated.</summary>
    private void Spread()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _vectors.Take(_carried).Skip(1), .. _next, _stageState])
        {
            vector.CopyFrom(_vectors[0]);
        }

        (_isCarriedKnown, _isDerivativeKnown, _isPreviousKnown) = (false, false, false);
    }

    private void FindCarried()
    {
        if (_isCarriedKnown)
        {
            return;
        }

        _isCarriedKnown = true;
        for (int j = 1; j < _carried; j++)
        {
            if (_tableau.Carried[j] == CarriedStart.Derivative)
            {
                _vectors[j].CopyFrom(StartDerivative());
            }
        }
    }

    private void Evaluate(in StagePoint point, FlatVector state, FlatVector into)
    {
        Evaluations++;
        _system.Evaluate(point, state, into);
    }
}
