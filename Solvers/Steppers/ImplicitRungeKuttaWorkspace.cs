using FlowOde.Solvers.Newton;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of an implicit Runge–Kutta method.</summary>
internal sealed class ImplicitRungeKuttaWorkspace : ImplicitWorkspace
{
    private readonly ImplicitRungeKutta _method;
    private readonly ButcherTableau _tableau;
    private readonly StageSolver _solver;
    private readonly FlatVector[] _stages;
    private readonly FlatVector _error;
    private FlatVector _state;
    private FlatVector _candidate;
    private double _nextTime;
    private double _previousTime;
    private string? _failure;
    private bool _isPreviousKnown; // whether the spare derivative is that at the start of the last step
    private bool _isFirstKnown; // of the stages, where it is explicit
    private bool _isCautious; // after a rejection, and at the start

    public ImplicitRungeKuttaWorkspace(ImplicitRungeKutta method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
        : base(method, layout, dtype, device)
    {
        (_method, _tableau, _solver) = (method, method.Tableau, new(method, layout, dtype, device));
        FlatVector Make() => new(layout, dtype, device);
        _stages = [.. Enumerable.Range(0, _tableau.Stages).Select(_ => Make())];
        (_state, _candidate, _error) = (Make(), Make(), Make());
    }

    public override FlatVector State => _state;

    public override ReadOnlySpan<FlatVector> Carried => new(ref _state);

    public override FlatVector Candidate => _candidate;

    public override string? Failure => _failure;

    protected override StageEvaluator Evaluator => _solver.Evaluator;

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (_failure, _solver.IsAlone) = (null, system.MakesStepsAgain);
        base.Begin(system, time, start);
    }

    public override FlatVector EulerDerivative(double step)
    {
        _isPreviousKnown = false;
        return base.EulerDerivative(step);
    }

    public override void Try(double nextTime)
    {
        (_nextTime, _solver.Tolerances) = (nextTime, Tolerances);
        _failure = _solver.Solve(_state, ReachedTime, nextTime, _isFirstKnown, _stages);
        _isFirstKnown = true;
        Count();
        if (_failure is null)
        {
            _method.WriteEnd(_state, nextTime - ReachedTime, _stages, _candidate);
        }
    }

    public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances)
    {
        ArgumentNullException.ThrowIfNull(norm);
        double[] weights = _tableau.ErrorWeights ?? throw new InvalidOperationException($"'{_tableau.Name}' estimates no error; use a constant step.");
        if (_failure is not null)
        {
            return double.NaN;
        }

        double error = Estimate(norm, tolerances, weights, _tableau.StartErrorWeight == 0 ? Derivative : StartDerivative());
        if (error >= 1 && _isCautious && _tableau.StartErrorWeight != 0)
        {
            // Hairer, Wanner IV (8.20): f at y plus the error, which does not let steps shrink too far where fast parts decay.
            LinearCombination.Write(_state, [1], [_error], _state.Layout.EvolvingRanges, Scratch);
            Evaluate(ReachedTime, Scratch, SpareDerivative);
            _isPreviousKnown = false;
            error = Estimate(norm, tolerances, weights, SpareDerivative);
        }

        return error;
    }

    public override void Accept(bool isLast)
    {
        _solver.Evaluator.System.Accepted(new()
        {
            Time = ReachedTime,
            NextTime = _nextTime,
            Start = Carried,
            Derivatives = _stages,
            FirstWeight = (_nextTime - ReachedTime) * _tableau.B[0],
            HoldsNextFirst = false,
            IsLast = isLast,
        });
        (_state, _candidate) = (_candidate, _state);
        (Derivative, SpareDerivative) = (SpareDerivative, Derivative);
        (_previousTime, ReachedTime, _isPreviousKnown) = (ReachedTime, _nextTime, IsDerivativeKnown);
        (IsDerivativeKnown, _isFirstKnown, _isCautious) = (_tableau.IsStifflyAccurate, false, false);
        if (IsDerivativeKnown)
        {
            Derivative.CopyFrom(_stages[^1]);
        }
    }

    public override void Reject()
    {
        _isCautious = true;
        _solver.Evaluator.System.Rejected();
    }

    public override StepInterpolant CreateInterpolant()
    {
        double step = ReachedTime - _previousTime;
        if (_tableau.DenseOutput is { } rows)
        {
            return Interpolant([.. Enumerable.Range(0, rows[0].Length).Select(power => (double[])[.. rows.Select(row => step * row[power])])], _stages);
        }

        // The cubic Hermite polynomial; the last step's start lies where the next candidate will.
        if (!_isPreviousKnown)
        {
            Evaluate(_previousTime, _candidate, SpareDerivative);
            _isPreviousKnown = true;
        }

        return Interpolant([[0, 0, step, 0], [3, -3, -2 * step, -step], [-2, 2, step, step]], [_state, _candidate, SpareDerivative, StartDerivative()]);
    }

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _stages, _state, _candidate, _error])
        {
            vector.Dispose();
        }

        _solver.Dispose();
        base.Dispose();
    }

    private StepInterpolant Interpolant(double[][] powers, FlatVector[] terms)
    {
        var coefficients = new FlatVector[powers.Length];
        for (int power = 0; power < coefficients.Length; power++)
        {
            coefficients[power] = _state.CreateLike();
            LinearCombination.Write(null, powers[power], terms, _state.Layout.DerivativeRanges, coefficients[power]);
        }

        return new(_previousTime, ReachedTime, _candidate.Clone(), coefficients);
    }

    private double Estimate(ErrorNorm norm, Tolerances tolerances, double[] weights, FlatVector start)
    {
        double step = _nextTime - ReachedTime;
        Span<double> factors = stackalloc double[weights.Length];
        LinearCombination.Write(null, ExplicitRungeKutta.Scaled(weights, step, factors), _stages, _state.Layout.DerivativeRanges, _error);
        LinearCombination.Write(_error, [step * _tableau.StartErrorWeight], [start], _state.Layout.DerivativeRanges, _error);
        bool isSolved = _tableau.ErrorFilter == 0 || _solver.Filter(step * _tableau.ErrorFilter, ReachedTime, _state, StartDerivative(), _error);
        return isSolved ? norm.Evaluate(tolerances, _state, _candidate, [1], [_error]) : double.NaN;
    }

    protected override void StartOver()
    {
        base.StartOver();
        _solver.Reset();
        _candidate.CopyFrom(_state);
        (_isPreviousKnown, _isFirstKnown, _isCautious) = (false, false, true);
    }
}
