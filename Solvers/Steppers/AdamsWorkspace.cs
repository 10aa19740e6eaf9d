using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of an Adams method: the modified divided differences Φ_j of the derivatives so far, each updated in one pass a step.</summary>
internal sealed class AdamsWorkspace : StepWorkspace
{
    // Shorter steps than the error asks for cost less than a history that a long one has made useless.
    private const double MostGrowth = 2;
    private const double WorthChanging = 1.1;
    private const int MostFailures = 3;

    private readonly AdamsMethod _method;
    private readonly RungeKuttaWorkspace _starter;
    private readonly AdamsCoefficients _coefficients;
    private readonly FlatVector[] _vectors; // a derivative that is no difference yet, then Φ_0, Φ_1 …
    private readonly double[] _times; // t_n, t_{n−1} …: those of the differences that are known
    private readonly double[] _factors;
    private FlatVector _spare;
    private FlatVector _state;
    private FlatVector _candidate;
    private readonly FlatVector _predicted;
    private IStageSystem _system = null!;
    private double _time;
    private double _nextTime;
    private double _previousTime;
    private double _length; // that the last step was to have
    private int _known;
    private int _nextSteps;
    private int _failures;
    private int _starterEvaluations;
    private bool _isStarting;
    private bool _startedLast;
    private bool _isBehind; // whether the last accepted step is not among the differences yet

    public AdamsWorkspace(AdamsMethod method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        int differences = method.Kind switch { AdamsKind.VariableOrder => AdamsMethod.MostSteps + 1, AdamsKind.FixedOrder => method.Steps + 1, _ => method.Steps };
        FlatVector Make() => new(layout, dtype, device);
        (_method, _coefficients, _times, _factors) = (method, new(differences), new double[differences], new double[differences + 2]);
        _starter = new(method.Starter, layout, dtype, device);
        _vectors = [.. Enumerable.Range(0, differences + 1).Select(_ => Make())];
        (_spare, _state, _candidate, _predicted) = (Make(), Make(), Make(), Make());
    }

    public override FlatVector State => _state;

    public override ReadOnlySpan<FlatVector> Carried => new(ref _state);

    public override FlatVector Candidate => _isStarting ? _starter.Candidate : _candidate;

    public override double Time => _time;

    /// <summary>Steps of the predictor at present.</summary>
    internal int Steps { get; private set; }

    /// <summary>Whether the corrector's order is that of the predictor, so that it has a difference less.</summary>
    private int CorrectedBy => _method.Kind == AdamsKind.Moulton ? Steps - 1 : Steps;

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (_system, _time, Evaluations) = (system, time, 0);
        _state.CopyFrom(start);
        BeginStarter();
    }

    public override void Restart(Action<FlatVector> change)
    {
        change(_state);
        BeginStarter();
    }

    public override FlatVector StartDerivative()
    {
        if (_isStarting)
        {
            return Counted(_starter.StartDerivative());
        }

        CatchUp();
        return _vectors[1];
    }

    public override FlatVector EulerDerivative(double step)
    {
        if (_isStarting)
        {
            return Counted(_starter.EulerDerivative(step));
        }

        LinearCombination.Write(_state, [step], [StartDerivative()], _state.Layout.EvolvingRanges, _predicted);
        Evaluate(_time + step, 1, EvaluationPurpose.Outside, _predicted, _spare);
        return _spare;
    }

    public override double Prefer(double proposed) => _length = _isStarting || _startedLast ? proposed : Math.Min(proposed, MostGrowth * _length);

    public override void Try(double nextTime)
    {
        CatchUp();
        _nextTime = nextTime;
        _coefficients.Compute(nextTime, _times.AsSpan(0, _known));
        if (_isStarting)
        {
            _starter.Try(nextTime);
            Counted(_state);
            return;
        }

        var layout = _state.Layout;
        bool corrects = _method.Kind != AdamsKind.Bashforth;
        WriteStep(Steps, 0, corrects ? layout.EvolvingRanges : layout.DerivativeRanges, corrects ? _predicted : _candidate);
        if (corrects)
        {
            Evaluate(nextTime, 1, EvaluationPurpose.Step, _predicted, _vectors[0]);
            WriteStep(CorrectedBy, _coefficients.G[CorrectedBy], layout.DerivativeRanges, _candidate);
        }
    }

    /// <remarks>
    /// The error of k steps falls as h^(k+1); what is returned is its power that falls as that of the method's own order does, so that a controller need not know of k. Where the step is
    /// within the tolerance it is the error of the order that the next step has, which is no larger.
    /// </remarks>
    public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances)
    {
        double power = _method.EmbeddedOrder + 1;
        if (power == 1)
        {
            throw new InvalidOperationException($"'{_method.Name}' estimates no error; use a constant step.");
        }

        if (_isStarting)
        {
            return Math.Pow(_starter.ErrorNorm(norm, tolerances), power / (_method.Starter.EmbeddedOrder + 1));
        }

        double error = Error(Steps, norm, tolerances);
        _nextSteps = Steps;
        if (!double.IsFinite(error))
        {
            return error;
        }

        if (_method.Kind == AdamsKind.FixedOrder)
        {
            return error;
        }

        double ratio = Math.Pow(error, 1.0 / (Steps + 1)), best = ratio;
        bool isAccepted = error <= 1;
        foreach (int steps in isAccepted ? [Steps - 1, Steps + 1] : (int[])[Steps - 1])
        {
            if (steps >= 1 && steps <= AdamsMethod.MostSteps && steps <= _known)
            {
                double other = Math.Pow(Error(steps, norm, tolerances), 1.0 / (steps + 1));
                if (other * WorthChanging < ratio && other < best)
                {
                    (best, _nextSteps) = (other, steps);
                }
            }
        }

        return Math.Pow(isAccepted ? best : ratio, power);
    }

    public override void Accept(bool isLast)
    {
        if (_isStarting)
        {
            _starter.Accept(isLast);
            _candidate.CopyFrom(_starter.State);
        }
        else
        {
            _system.Accepted(new()
            {
                Time = _time,
                NextTime = _nextTime,
                Start = Carried,
                Derivatives = [],
                FirstWeight = double.NaN,
                HoldsNextFirst = false,
                IsLast = isLast,
            });
            Steps = _nextSteps;
        }

        (_state, _candidate) = (_candidate, _state);
        (_previousTime, _time, _startedLast, _failures, _isBehind) = (_time, _nextTime, _isStarting, 0, true);
        _isStarting = _isStarting && _known + 1 < Steps;
    }

    public override void Reject()
    {
        if (_isStarting)
        {
            _starter.Reject();
            return;
        }

        _system.Rejected();
        Steps = _nextSteps;
        if (++_failures == MostFailures)
        {
            BeginStarter(); // what was is no guide to what comes, as behind a jump of the field
        }
    }

    public override StepInterpolant CreateInterpolant()
    {
        if (_startedLast)
        {
            return Counted(_starter.CreateInterpolant());
        }

        // y_n + ∫ of the polynomial through the derivatives, Σ Φ_j Π_{i<j} (t − t_{N−i})/(t_N − t_{N−1−i}) with N = n + 1, plus a cubic that vanishes at the start with its
        // derivative and has none at the end: it brings the end to the solution.
        CatchUp();
        int count = Math.Min(_known, CorrectedBy + 1), degree = Math.Max(count, 3);
        double step = _time - _previousTime;
        double[][] integrals = [.. AdamsPolynomials.Integrals(_previousTime, step, _times.AsSpan(0, count))];
        var coefficients = new FlatVector[degree];
        FlatVector[] terms = [_state, _candidate, .. _vectors[1..(count + 1)]];
        double[] factors = new double[count + 2];
        for (int power = 1; power <= degree; power++)
        {
            double bend = power switch { 2 => 3, 3 => -2, _ => 0 };
            (factors[0], factors[1]) = (bend, -bend);
            for (int j = 0; j < count; j++)
            {
                factors[j + 2] = step * ((power < integrals[j].Length ? integrals[j][power] : 0) - (bend * integrals[j].Sum()));
            }

            coefficients[power - 1] = _state.CreateLike();
            LinearCombination.Write(null, factors, terms, _state.Layout.DerivativeRanges, coefficients[power - 1]);
        }

        return new(_previousTime, _time, _candidate.Clone(), coefficients);
    }

    public override void Dispose()
    {
        _starter.Dispose();
        foreach (var vector in (IEnumerable<FlatVector>)[.. _vectors, _spare, _state, _candidate, _predicted])
        {
            vector.Dispose();
        }
    }

    private void BeginStarter()
    {
        _starter.Begin(_system, _time, _state);
        _candidate.CopyFrom(_state); // constants must stand in every buffer that is evaluated
        _predicted.CopyFrom(_state);
        (_isStarting, _isBehind, _known, _failures, _starterEvaluations) = (true, false, 0, 0, 0);
        (Steps, _nextSteps) = (_method.Steps, _method.Steps);
    }

    /// <summary>Writes y + hΣ_{j&lt;k} g_j β_j Φ_j + h g (f − Σ_{j&lt;k} β_j Φ_j).</summary>
    private void WriteStep(int k, double g, ReadOnlySpan<VectorRange> ranges, FlatVector into)
    {
        double step = _nextTime - _time;
        _factors[0] = step * g;
        for (int j = 0; j < k; j++)
        {
            _factors[j + 1] = step * (_coefficients.G[j] - g) * _coefficients.Beta[j];
        }

        LinearCombination.Write(_state, _factors.AsSpan(0, k + 1), _vectors, ranges, into);
    }

    /// <summary>The norm of h(g_k − g_{k−1})Φ_k(n + 1), by which the correctors of k and k + 1 differ.</summary>
    private double Error(int k, ErrorNorm norm, Tolerances tolerances)
    {
        double factor = (_nextTime - _time) * (_coefficients.G[k] - _coefficients.G[k - 1]);
        _factors[0] = factor;
        for (int j = 0; j < k; j++)
        {
            _factors[j + 1] = -factor * _coefficients.Beta[j];
        }

        return norm.Evaluate(tolerances, _state, _candidate, _factors.AsSpan(0, k + 1), _vectors);
    }

    /// <summary>Brings the differences to the present time: the derivative there, evaluated if no step has left it, becomes Φ_0.</summary>
    private void CatchUp()
    {
        if (_known == 0)
        {
            _vectors[1].CopyFrom(Counted(_starter.StartDerivative()));
            (_times[0], _known) = (_time, 1);
        }

        if (!_isBehind)
        {
            return;
        }

        _isBehind = false;
        if (_startedLast)
        {
            _vectors[0].CopyFrom(Counted(_starter.StartDerivative()));
        }
        else
        {
            Evaluate(_time, 0, EvaluationPurpose.Step, _state, _vectors[0]);
        }

        // Each new difference needs the new one before it and the old one in its place, which is free from then on.
        int known = Math.Min(_known + 1, _times.Length);
        var difference = _vectors[0];
        for (int j = 0; j < known; j++)
        {
            var old = _vectors[j + 1];
            if (j + 1 < known)
            {
                LinearCombination.Write(difference, [-_coefficients.Beta[j]], [old], _state.Layout.DerivativeRanges, _spare);
            }

            (_vectors[j + 1], difference, _spare) = (difference, _spare, old);
        }

        (_vectors[0], _known) = (difference, known);
        _times.AsSpan(0, known - 1).CopyTo(_times.AsSpan(1));
        _times[0] = _time;
    }

    private void Evaluate(double time, int stage, EvaluationPurpose purpose, FlatVector state, FlatVector into)
    {
        Evaluations++;
        _system.Evaluate(new(time, stage, double.NaN, purpose), state, into);
    }

    /// <summary>Counts what the starter has evaluated.</summary>
    private T Counted<T>(T result)
    {
        Evaluations += _starter.Evaluations - _starterEvaluations;
        _starterEvaluations = _starter.Evaluations;
        return result;
    }
}
