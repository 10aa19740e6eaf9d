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
    private const int MostFailures = 3;

    private static readonly double[] _kappa = [0, -0.1850, -1 / 9.0, -0.0823, -0.0415, 0];
    private static readonly double[] _gamma = [.. Enumerable.Range(0, BdfMethod.MostOrder + 2).Select(k => Enumerable.Range(1, k).Sum(j => 1.0 / j))];

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
    private string? _failure;

    public BdfWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        FlatVector Make() => new(layout, dtype, device);
        (_differences, _solver, _stage) = (new(layout, dtype, device), new(new ImplicitRungeKutta(BackwardEuler.Tableau), layout, dtype, device), [Make()]);
        (_predicted, _known, _correction, _candidate, _derivative, _previous) = (Make(), Make(), Make(), Make(), Make(), Make());
    }

    public override FlatVector State => _differences[0];

    public override ReadOnlySpan<FlatVector> Carried => new([_differences[0]]);

    public override FlatVector Candidate => _candidate;

    public override double Time => _time;

    public override string? Failure => _failure;

    /// <summary>The order of the last step.</summary>
    internal int CurrentOrder { get; private set; }

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (_time, _solver.Evaluator.System, _solver.Evaluator.Evaluations, Evaluations) = (time, system, 0, 0);
        _differences[0].CopyFrom(start);
        StartOver();
    }

    public override void Restart(Action<FlatVector> change)
    {
        change(_differences[0]);
        StartOver();
    }

    public override FlatVector StartDerivative()
    {
        if (!_isStartKnown)
        {
            Evaluate(_time, State, _derivative);
            _isStartKnown = true;
        }

        return _derivative;
    }

    public override FlatVector EulerDerivative(double step)
    {
        LinearCombination.Write(State, [step], [StartDerivative()], State.Layout.EvolvingRanges, _predicted);
        Evaluate(_time + step, _predicted, _stage[0]);
        return _stage[0];
    }

    /// <remarks>The order goes with the length: both stay until the differences are those of equal steps, and then until a change is worth its error.</remarks>
    public override double Prefer(double proposed)
    {
        bool mayStay = _spacing != 0 && _failures == 0 && proposed > _length / WorthChanging;
        if (mayStay && (_equalSteps <= CurrentOrder || proposed < WorthChanging * _length))
        {
            (proposed, _nextOrder) = (_length, CurrentOrder);
        }

        return _length = proposed;
    }

    public override void Try(double nextTime)
    {
        double step = nextTime - _time;
        Fit(step);
        _nextTime = nextTime;
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
        Evaluations = _solver.Evaluator.Evaluations;
        if (_failure is null)
        {
            LinearCombination.Write(_known, [step / alpha], _stage, State.Layout.DerivativeRanges, _candidate);
            LinearCombination.Write(_candidate, [-1], [_predicted], State.Layout.DerivativeRanges, _correction);
        }
    }

    /// <remarks>
    /// The error of order k falls as h^(k+1); what is returned is its power that falls as that of order 1, so that a controller need not know of k. Where the step is within the tolerance and the
    /// differences are those of equal steps, it is the error of the order that allows the longest next step.
    /// </remarks>
    public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances)
    {
        ArgumentNullException.ThrowIfNull(norm);
        int order = CurrentOrder;
        _nextOrder = order;
        if (_failure is not null)
        {
            return double.NaN;
        }

        double error = norm.Evaluate(tolerances, State, _candidate, [ErrorConstant(order)], [_correction]);
        if (!(error <= 1) || _equalSteps < order)
        {
            return Math.Pow(error, 2.0 / (order + 1));
        }

        double lower = order > 1 ? norm.Evaluate(tolerances, State, _candidate, [ErrorConstant(order - 1), ErrorConstant(order - 1)], [_correction, _differences[order]]) : double.PositiveInfinity;
        double higher = order < BdfMethod.MostOrder ? norm.Evaluate(tolerances, State, _candidate, [ErrorConstant(order + 1), -ErrorConstant(order + 1)], [_correction, _differences[order + 1]]) : double.PositiveInfinity;
        double[] growth = [Growth(lower, order - 1), Growth(error, order), Growth(higher, order + 1)];
        int best = Array.IndexOf(growth, growth.Max());
        _nextOrder = order + best - 1;
        return 1 / (growth[best] * growth[best]);
    }

    public override void Accept(bool isLast)
    {
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
        _nextOrder = CurrentOrder;
        if (++_failures >= MostFailures)
        {
            (_spacing, _nextOrder, _failures) = (0, 1, 0);
        }

        _solver.Evaluator.System.Rejected();
    }

    public override StepInterpolant CreateInterpolant() => new(_previousTime, _time, _previous.Clone(), _differences.Polynomial(CurrentOrder));

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _stage, _predicted, _known, _correction, _candidate, _derivative, _previous])
        {
            vector.Dispose();
        }

        _differences.Dispose();
        _solver.Dispose();
    }

    private static double ErrorConstant(int order) => (_kappa[order] * _gamma[order]) + (1.0 / (order + 1));

    private static double Growth(double error, int order) => double.IsPositiveInfinity(error) ? 0 : Math.Pow(Math.Max(error, 1e-12), -1.0 / (order + 1));

    private void StartOver()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[_predicted, _known, _candidate])
        {
            vector.CopyFrom(State); // constants
        }

        (_spacing, _length, _nextOrder, CurrentOrder, _equalSteps, _failures, _isStartKnown, _failure) = (0, 0, 1, 1, 0, 0, false, null);
        _solver.Reset();
    }

    /// <summary>Makes the differences those of the order and the length of the next step.</summary>
    private void Fit(double step)
    {
        if (_spacing == 0)
        {
            _differences.Begin(step, StartDerivative());
            (CurrentOrder, _spacing, _equalSteps) = (1, step, 0);
            return;
        }

        double factor = step / _spacing;
        if (factor > 2)
        {
            // What is not exact in a difference grows as the power of the length; after a short step to a time that had to be met few of them can be stretched.
            _nextOrder = Math.Min(_nextOrder, Math.Max(1, (int)(2 / Math.Log10(factor))));
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
        Evaluations = _solver.Evaluator.Evaluations;
    }
}
