using FlowOde.Solvers.Newton;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of <see cref="BdfMethod"/>.</summary>
internal sealed class BdfWorkspace : StepWorkspace
{
    private const double WorthChanging = 1.2;
    private const double Margin = 1.1; // what a step may be stretched by to meet a time
    private const int MostFailures = 3;

    private static readonly double[] _kappa = [0, -0.1850, -1 / 9.0, -0.0823, -0.0415, 0];
    private static readonly double[] _gamma = [.. Enumerable.Range(0, BdfMethod.MostOrder + 2).Select(k => Enumerable.Range(1, k).Sum(j => 1.0 / j))];

    private readonly BdfMethod _method;
    private readonly BdfStart? _start; // where the order is fixed and needs more than one state
    private readonly BackwardDifferences _differences;
    private readonly StageSolver _solver;
    private readonly FlatVector[] _stage;
    private readonly FlatVector _predicted;
    private readonly FlatVector _known;
    private readonly FlatVector _correction;
    private readonly FlatVector _candidate;
    private readonly FlatVector _derivative;
    private readonly FlatVector _previous;
    private readonly double[] _factors = new double[BdfMethod.MostOrder + 1];
    private double _time;
    private double _nextTime;
    private double _previousTime;
    private double _spacing; // of the differences; 0 where there are none
    private double _length; // that the last step was to have
    private int _nextOrder;
    private int _equalSteps;
    private int _failures;
    private bool _isStartKnown;
    private bool _startedLast;
    private string? _failure;

    public BdfWorkspace(BdfMethod method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        FlatVector Make() => new(layout, dtype, device);
        (_method, _start) = (method, method.FixedOrder > 1 ? new(method.Order, layout, dtype, device) : null);
        (_differences, _solver, _stage) = (new(layout, dtype, device), new(new ImplicitRungeKutta(BackwardEuler.Tableau), layout, dtype, device), [Make()]);
        (_predicted, _known, _correction, _candidate, _derivative, _previous) = (Make(), Make(), Make(), Make(), Make(), Make());
    }

    public override FlatVector State => _differences[0];

    public override ReadOnlySpan<FlatVector> Carried => new([_differences[0]]);

    public override FlatVector Candidate => IsStarting ? _start!.Steps.Candidate : _candidate;

    public override double Time => _time;

    public override string? Failure => IsStarting ? _start!.Steps.Failure : _failure;

    /// <summary>The order of the next step, as far as it is known, or of the one that was tried.</summary>
    internal int CurrentOrder { get; private set; }

    private bool IsStarting => _start is { IsRunning: true };

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (_time, _solver.Evaluator.System, _solver.Evaluator.Evaluations, Evaluations) = (time, system, 0, 0);
        _differences[0].CopyFrom(start);
        StartOver();
        _start?.BeginSolve(system, time, start);
    }

    public override void Restart(Action<FlatVector> change)
    {
        change(_differences[0]);
        StartOver();
        _start?.Begin(_solver.Evaluator.System, _time, State);
    }

    public override FlatVector StartDerivative()
    {
        if (IsStarting)
        {
            return Counted(_start!.Steps.StartDerivative());
        }

        if (!_isStartKnown)
        {
            Evaluate(_time, State, _derivative);
            _isStartKnown = true;
        }

        return _derivative;
    }

    public override FlatVector EulerDerivative(double step)
    {
        if (IsStarting)
        {
            return Counted(_start!.Steps.EulerDerivative(step));
        }

        LinearCombination.Write(State, [step], [StartDerivative()], State.Layout.EvolvingRanges, _predicted);
        Evaluate(_time + step, _predicted, _stage[0]);
        return _stage[0];
    }

    /// <remarks>
    /// The order goes with the length: both stay until the differences are those of equal steps, and then until a change is worth its error. The first steps of a fixed order, too, are equal for that.
    /// </remarks>
    public override double Prefer(double proposed)
    {
        bool mayStay = _length > 0 && _failures == 0 && proposed > _length / WorthChanging;
        if (mayStay && (IsStarting || _equalSteps <= CurrentOrder || proposed < WorthChanging * _length))
        {
            (proposed, _nextOrder) = (_length, CurrentOrder);
        }

        return _length = _method.FixedOrder is { } order && _length > 0 ? Math.Min(proposed, Reach(order) * _length / Margin) : proposed;
    }

    public override void Try(double nextTime)
    {
        double step = nextTime - _time;
        _nextTime = nextTime;
        if (!IsStarting)
        {
            Fit(step);
        }

        if (IsStarting)
        {
            _start!.Steps.Tolerances = Tolerances;
            _start.Steps.Try(nextTime);
            Counted(State);
            return;
        }

        int order = CurrentOrder;
        double alpha = (1 - _kappa[order]) * _gamma[order];

        // (1 − κ)γ_k (y − y_predicted) + Σ γ_j ∇^j y = hf(y), solved as a step of Euler's backward method from what is known of it.
        for (int j = 0; j <= order; j++)
        {
            _factors[j] = 1;
        }

        _differences.Combine(_factors.AsSpan(0, order + 1), _predicted);
        for (int j = 1; j <= order; j++)
        {
            _factors[j] = 1 - (_gamma[j] / alpha);
        }

        _differences.Combine(_factors.AsSpan(0, order + 1), _known);
        _solver.Tolerances = Tolerances;
        _failure = _solver.Solve(_known, _time, nextTime, knowsFirst: false, _stage, _predicted, step / alpha);
        Counted(State);
        if (_failure is null)
        {
            LinearCombination.Write(_known, [step / alpha], _stage, State.Layout.DerivativeRanges, _candidate);
            LinearCombination.Write(_candidate, [-1], [_predicted], State.Layout.DerivativeRanges, _correction);
        }
    }

    /// <remarks>
    /// The error of order k falls as h^(k+1); what is returned is its power that falls as that of the method's own order does, so that a controller need not know of k. Where the step is within the tolerance and the
    /// differences are those of equal steps, it is the error of the order that allows the longest next step.
    /// </remarks>
    public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances)
    {
        ArgumentNullException.ThrowIfNull(norm);
        double power = _method.EmbeddedOrder + 1;
        if (IsStarting)
        {
            return Math.Pow(_start!.Steps.ErrorNorm(norm, tolerances), power / BdfStart.ErrorPower);
        }

        int order = CurrentOrder;
        _nextOrder = order;
        if (_failure is not null)
        {
            return double.NaN;
        }

        double error = norm.Evaluate(tolerances, State, _candidate, [ErrorConstant(order)], [_correction]);
        if (!(error <= 1) || _equalSteps < order || _method.FixedOrder is not null)
        {
            return Math.Pow(error, power / (order + 1));
        }

        double lower = order > 1 ? norm.Evaluate(tolerances, State, _candidate, [ErrorConstant(order - 1), ErrorConstant(order - 1)], [_correction, _differences[order]]) : double.PositiveInfinity;
        double higher = order < BdfMethod.MostOrder ? norm.Evaluate(tolerances, State, _candidate, [ErrorConstant(order + 1), -ErrorConstant(order + 1)], [_correction, _differences[order + 1]]) : double.PositiveInfinity;
        double[] growth = [Growth(lower, order - 1), Growth(error, order), Growth(higher, order + 1)];
        int best = Array.IndexOf(growth, growth.Max());
        _nextOrder = order + best - 1;
        return Math.Pow(growth[best], -power);
    }

    public override void Accept(bool isLast)
    {
        _startedLast = IsStarting;
        if (IsStarting)
        {
            _start!.Steps.Accept(isLast);
            _differences[0].CopyFrom(_start.Steps.State);
            (_time, _isStartKnown, _failures) = (_nextTime, false, 0);
            (_spacing, _equalSteps) = (_start.Take(_differences), 0);
            return;
        }

        _solver.Evaluator.System.Accepted(new()
        {
            Time = _time,
            NextTime = _nextTime,
            Start = Carried,
            Derivatives = _stage,
            FirstWeight = double.NaN,
            HoldsNextFirst = false,
            IsLast = isLast,
        });
        _previous.CopyFrom(State);
        _differences.Advance(CurrentOrder, _correction, _candidate);
        _derivative.CopyFrom(_stage[0]);
        (_previousTime, _time, _isStartKnown, _failures) = (_time, _nextTime, true, 0);
        _equalSteps++;
    }

    public override void Reject()
    {
        _failures++;
        if (IsStarting)
        {
            _start!.Steps.Reject();
            return;
        }

        _solver.Evaluator.System.Rejected();
        _nextOrder = CurrentOrder;
        if (_failures >= MostFailures)
        {
            (_spacing, _length, _nextOrder, _failures) = (0, 0, _method.Order, 0);
            _start?.Begin(_solver.Evaluator.System, _time, State);
        }
    }

    public override StepInterpolant CreateInterpolant() => _startedLast
        ? Counted(_start!.Steps.CreateInterpolant())
        : new(_previousTime, _time, _previous.Clone(), _differences.Polynomial(CurrentOrder));

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _stage, _predicted, _known, _correction, _candidate, _derivative, _previous])
        {
            vector.Dispose();
        }

        _differences.Dispose();
        _solver.Dispose();
        _start?.Dispose();
    }

    private static double ErrorConstant(int order) => (_kappa[order] * _gamma[order]) + (1.0 / (order + 1));

    private static double Growth(double error, int order) => double.IsPositiveInfinity(error) ? 0 : Math.Pow(Math.Max(error, 1e-12), -1.0 / (order + 1));

    /// <summary>The longest step, in steps before it, for which the differences of an order serve: what is not exact in them grows as its power.</summary>
    private static double Reach(int order) => Math.Max(2, Math.Pow(10, 2.0 / order));

    private void StartOver()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[_predicted, _known, _candidate])
        {
            vector.CopyFrom(State); // constants
        }

        (_spacing, _length, _nextOrder, CurrentOrder, _equalSteps, _failures, _isStartKnown, _failure) = (0, 0, _method.Order, _method.Order, 0, 0, false, null);
        _solver.Reset();
    }

    /// <summary>Makes the differences those of the order and the length of the next step, or starts again.</summary>
    private void Fit(double step)
    {
        if (_spacing == 0)
        {
            _differences.Begin(step, StartDerivative());
            (CurrentOrder, _spacing, _equalSteps) = (1, step, 0);
            return;
        }

        // After a short step to a time that had to be met few differences can be stretched to a long one.
        double factor = step / _spacing;
        if (factor > Reach(_nextOrder) && _start is not null)
        {
            _spacing = 0;
            _start.Begin(_solver.Evaluator.System, _time, State);
            return;
        }

        while (_nextOrder > 1 && factor > Reach(_nextOrder))
        {
            _nextOrder--;
        }

        if (Math.Abs(factor - 1) > 1e-9 || _nextOrder != CurrentOrder)
        {
            CurrentOrder = _nextOrder;
            _differences.Rescale(CurrentOrder, factor);
            (_spacing, _equalSteps) = (step, 0);
        }
    }

    private void Evaluate(double time, FlatVector state, FlatVector into)
    {
        _solver.Evaluator.Evaluate(new(time, 1, double.NaN, EvaluationPurpose.Outside), state, into);
        Counted(into);
    }

    /// <summary>Counts what has been evaluated so far.</summary>
    private T Counted<T>(T result)
    {
        Evaluations = _solver.Evaluator.Evaluations + (_start?.Evaluations ?? 0);
        return result;
    }
}
