using FlowOde.Solvers.Newton;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of <see cref="BdfMethod"/>.</summary>
internal sealed class BdfWorkspace : ImplicitWorkspace
{
    private const double WorthChanging = 1.2;
    private const double Margin = 1.1; // what a step may be stretched by to meet a time
    private const int MostFailures = 3;

    private readonly BdfMethod _method;
    private readonly BdfStart? _start; // where the order is fixed and needs more than one state
    private readonly BackwardDifferences _differences;
    private readonly NewtonIteration _newton;
    private readonly FlatVector _correction;
    private readonly FlatVector _candidate;
    private readonly FlatVector _previous;
    private readonly double[] _factors = new double[BdfMethod.MostOrder + 1];
    private double _nextTime;
    private double _previousTime;
    private double _spacing; // of the differences; 0 where there are none
    private double _length; // that the last step was to have
    private int _nextOrder;
    private int _equalSteps;
    private int _failures;
    private bool _startedLast;
    private string? _failure;

    public BdfWorkspace(BdfMethod method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
        : base(method, layout, dtype, device)
    {
        FlatVector Make() => new(layout, dtype, device);
        (_method, _start) = (method, method.FixedOrder > 1 ? new(method.Order, layout, dtype, device) : null);
        (_differences, _newton) = (new(layout, dtype, device), new(NewtonIteration.UsualDenseLimit, 1, layout, dtype, device));
        (_correction, _candidate, _previous) = (Make(), Make(), Make());
    }

    public override FlatVector State => _differences[0];

    public override ReadOnlySpan<FlatVector> Carried => new([_differences[0]]);

    public override FlatVector Candidate => IsStarting ? _start!.Steps.Candidate : _candidate;

    public override string? Failure => IsStarting ? _start!.Steps.Failure : _failure;

    /// <summary>The order of the last step, or of the one that is tried.</summary>
    internal int CurrentOrder { get; private set; }

    protected override StageEvaluator Evaluator => _newton.Evaluator;

    protected override int OtherEvaluations => _start?.Evaluations ?? 0;

    private bool IsStarting => _start is { IsRunning: true };

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        _start?.Forget();
        base.Begin(system, time, start);
    }

    public override FlatVector StartDerivative() => IsStarting ? Counted(_start!.Steps.StartDerivative()) : base.StartDerivative();

    public override FlatVector EulerDerivative(double step) => IsStarting ? Counted(_start!.Steps.EulerDerivative(step)) : base.EulerDerivative(step);

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

        return _length = _method.FixedOrder is { } order && _length > 0 ? Math.Min(proposed, BdfCoefficients.Reach(order) * _length / Margin) : proposed;
    }

    public override void Try(double nextTime)
    {
        _nextTime = nextTime;
        double step = nextTime - ReachedTime;
        if (!IsStarting)
        {
            Fit(step);
        }

        if (IsStarting)
        {
            _start!.Steps.Tolerances = Tolerances;
            _start.Steps.Try(nextTime);
        }
        else
        {
            _failure = Solve(step);
        }

        Count();
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

        double error = norm.Evaluate(tolerances, State, _candidate, [BdfCoefficients.Error(order)], [_correction]);
        if (!(error <= 1) || _equalSteps < order || _method.FixedOrder is not null)
        {
            return Math.Pow(error, power / (order + 1));
        }

        double lower = order > 1 ? norm.Evaluate(tolerances, State, _candidate, [BdfCoefficients.Error(order - 1), BdfCoefficients.Error(order - 1)], [_correction, _differences[order]]) : double.PositiveInfinity;
        double higher = order < BdfMethod.MostOrder ? norm.Evaluate(tolerances, State, _candidate, [BdfCoefficients.Error(order + 1), -BdfCoefficients.Error(order + 1)], [_correction, _differences[order + 1]]) : double.PositiveInfinity;
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
            State.CopyFrom(_start.Steps.State);
            (_spacing, _equalSteps, IsDerivativeKnown) = (_start.Take(_differences), 0, false);
        }
        else
        {
            Evaluator.System.Accepted(new() { Time = ReachedTime, NextTime = _nextTime, Start = Carried, Derivatives = [], FirstWeight = double.NaN, HoldsNextFirst = false, IsLast = isLast });
            _previous.CopyFrom(State);
            _differences.Advance(CurrentOrder, _correction, _candidate);
            double share = 1 / _newton.Coefficients[0];
            LinearCombination.Write(null, [share, -share], [_candidate, _newton.Known[0]], State.Layout.DerivativeRanges, Derivative);
            (_equalSteps, IsDerivativeKnown) = (_equalSteps + 1, true);
        }

        (_previousTime, ReachedTime, _failures) = (ReachedTime, _nextTime, 0);
    }

    public override void Reject()
    {
        _failures++;
        if (IsStarting)
        {
            _start!.Steps.Reject();
            return;
        }

        Evaluator.System.Rejected();
        _nextOrder = CurrentOrder;
        if (_failures >= MostFailures)
        {
            (_spacing, _length, _nextOrder, _failures) = (0, 0, _method.Order, 0);
            _start?.Begin(Evaluator.System, ReachedTime, State);
        }
    }

    public override StepInterpolant CreateInterpolant()
    {
        if (!_startedLast)
        {
            return new(_previousTime, ReachedTime, _previous.Clone(), _differences.Polynomial(CurrentOrder));
        }

        var interpolant = _start!.Steps.CreateInterpolant();
        Count();
        return interpolant;
    }

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[_correction, _candidate, _previous])
        {
            vector.Dispose();
        }

        _differences.Dispose();
        _newton.Dispose();
        _start?.Dispose();
        base.Dispose();
    }

    protected override void StartOver()
    {
        base.StartOver();
        _candidate.CopyFrom(State);
        _newton.Reset();
        (_spacing, _length, _nextOrder, CurrentOrder, _equalSteps, _failures, _failure) = (0, 0, _method.Order, _method.Order, 0, 0, null);
        _start?.Begin(Evaluator.System, ReachedTime, State);
    }

    private static double Growth(double error, int order) => double.IsPositiveInfinity(error) ? 0 : Math.Pow(Math.Max(error, 1e-12), -1.0 / (order + 1));

    /// <summary>(1 − κ)γ_k (y − y_predicted) + Σ γ_j ∇^j y = hf(y), solved as Newton's iteration has it: y = known + hf(y)/((1 − κ)γ_k).</summary>
    /// <returns>Null, or why there is no solution.</returns>
    private string? Solve(double step)
    {
        int order = CurrentOrder;
        var (layout, known) = (State.Layout, _newton.Known[0]);
        double alpha = BdfCoefficients.Alpha(order), coefficient = step / alpha;
        _newton.BeginStep(State, coefficient, Tolerances);
        (_newton.Points[0], _newton.Coefficients[0]) = (new(_nextTime, 1, double.NaN, EvaluationPurpose.Outside), coefficient);
        for (int j = 0; j <= order; j++)
        {
            _factors[j] = 1 - (BdfCoefficients.Gamma(j) / alpha);
        }

        _differences.Combine(_factors.AsSpan(0, order + 1), known);
        Array.Fill(_factors, 1);
        _differences.Combine(_factors.AsSpan(0, order + 1), Scratch);
        LinearCombination.Write(Scratch, [], [], layout.EvolvingRanges, _newton.States[0]);
        if (_newton.Solve(known, isPredicted: true) is { } failure)
        {
            return failure;
        }

        LinearCombination.Write(_newton.States[0], [], [], layout.EvolvingRanges, _candidate);
        if (layout.QuadratureRanges.Length > 0)
        {
            Evaluator.Evaluate(_newton.Points[0], _newton.States[0], SpareDerivative);
            LinearCombination.Write(known, [coefficient], [SpareDerivative], layout.QuadratureRanges, _candidate);
        }

        LinearCombination.Write(_candidate, [-1], [Scratch], layout.DerivativeRanges, _correction);
        return null;
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
        if (factor > BdfCoefficients.Reach(_nextOrder) && _start is not null)
        {
            _spacing = 0;
            _start.Begin(Evaluator.System, ReachedTime, State);
            return;
        }

        while (_nextOrder > 1 && factor > BdfCoefficients.Reach(_nextOrder))
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

    private FlatVector Counted(FlatVector derivative)
    {
        Count();
        return derivative;
    }
}
