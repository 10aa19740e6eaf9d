using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Newton;

/// <summary>
/// Solves Y_i = y + hΣ a_ij f(t_j, Y_j) for the stages of a step by simplified Newton iteration: stage after stage where the method is diagonally
/// implicit, else all at once. The derivatives come from the stages, hk = A⁻¹(Y − y), so that stiffness does not multiply what is left of an error.
/// </summary>
/// <remarks>
/// Hairer, Wanner, Solving ODEs II, IV.8: the iteration ends when η‖δ‖ ≤ κ with η = ρ/(1 − ρ) and the rate ρ of convergence. A Jacobian is kept
/// while it serves; where steps must be made again with the same numbers, each takes its own, and stages are solved to round-off.
/// </remarks>
internal sealed class StageSolver : IDisposable
{
    private const string NoConvergence = "Newton's iteration for the stages does not converge";
    private const string Singular = "The matrix I − hγJ of Newton's iteration is singular or too ill-conditioned to be solved with";
    private const string NotFinite = "Newton's iteration for the stages met a value that is not finite";

    // What is left of an error, in tolerances; and in machine epsilons where stages are solved to round-off, with the size at which round-off is met.
    private const double Kappa = 0.01;
    private const double KappaAtRoundOff = 2;
    private const double RoundOff = 1000;
    private const int Iterations = 10;
    private const int IterationsAtRoundOff = 40;

    // A Jacobian is taken anew for the next step above the first rate, and within an iteration to round-off above the second.
    private const double RateForNextStep = 0.1;
    private const double RateWithinStep = 0.3;

    // Up to this many lengths of the last step its polynomial predicts stages.
    private const double FarthestPrediction = 4;

    private readonly ImplicitRungeKutta _method;
    private readonly ButcherTableau _tableau;
    private readonly NewtonMatrix _matrix;
    private readonly UpdateNorm _norm;
    private readonly VectorRange[] _ranges;
    private readonly int _width;
    private readonly double[][]? _polynomial; // of the derivatives of stages that are solved for together
    private readonly bool _hasQuadratures;
    private readonly double[] _inverse; // of A, or of its diagonal
    private readonly double[] _coefficients;
    private readonly double[] _factors;
    private readonly StagePoint[] _points;
    private readonly FlatVector[] _states;
    private readonly FlatVector[] _known; // the part of a stage that is known before it is solved for
    private readonly FlatVector[] _derivatives;
    private readonly FlatVector[] _updates;
    private bool _hasJacobian;
    private double _eta;
    private double _worstRate;
    private double _lastTime; // of the last step that was solved for, whose derivatives are there
    private double _lastStep;
    private FlatVector? _prediction;

    public StageSolver(ImplicitRungeKutta method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_method, _tableau, _ranges) = (method, method.Tableau, layout.EvolvingRanges);
        _width = _tableau.IsDiagonallyImplicit ? 1 : _tableau.Stages;
        Evaluator = new(layout, dtype, device);
        var entries = new EvolvingEntries(layout);
        _matrix = entries.Count <= method.DenseLimit ? new DenseNewtonMatrix(Evaluator, entries, layout, dtype, device) : new KrylovNewtonMatrix(Evaluator, layout, dtype, device, _width);
        _norm = new(layout, dtype, device, Evaluator.Epsilon);
        (_polynomial, _hasQuadratures) = (_width == 1 ? null : Rows(_tableau.C), layout.QuadratureRanges.Length > 0);
        _inverse = Inverse(_tableau, _width);
        _coefficients = new double[_width * _width];
        _factors = new double[(2 * _tableau.Stages) + 1];
        _points = new StagePoint[_width];
        FlatVector[] Make() => [.. Enumerable.Range(0, _width).Select(_ => new FlatVector(layout, dtype, device))];
        (_states, _known, _derivatives, _updates) = (Make(), Make(), Make(), Make());
    }

    /// <summary>Evaluates the system, and counts.</summary>
    public StageEvaluator Evaluator { get; }

    /// <summary>Whether each step must depend on its start alone; its stages are solved to round-off then.</summary>
    public bool IsAlone { get; set; }

    /// <summary>What the steps are held to, or null for round-off.</summary>
    public Tolerances? Tolerances { get; set; }

    /// <summary>Forgets what earlier steps left.</summary>
    public void Reset() => (_hasJacobian, _eta, _worstRate, _lastStep) = (false, 1, 0, 0);

    /// <summary>Solves for the stages of a step.</summary>
    /// <param name="start">y.</param>
    /// <param name="time">The start of the step.</param>
    /// <param name="nextTime">Its end.</param>
    /// <param name="knowsFirst">Whether the derivative of an explicit first stage is there already.</param>
    /// <param name="intoDerivatives">Receives the derivatives of the stages, of quadratures too.</param>
    /// <param name="prediction">Where the iteration for the first stage begins, or null for the start.</param>
    /// <param name="length">The length of the step where it is not that between the times, whose difference is rounded; or null.</param>
    /// <returns>Null, or why there is no solution.</returns>
    public string? Solve(FlatVector start, double time, double nextTime, bool knowsFirst, FlatVector[] intoDerivatives, FlatVector? prediction = null, double? length = null)
    {
        _prediction = prediction;
        if (IsAlone || _worstRate > RateForNextStep)
        {
            _hasJacobian = false;
        }

        (_eta, _lastStep) = IsAlone ? (1, 0) : (_eta, _lastStep);
        _worstRate = 0;
        _norm.Tolerances = IsAlone ? null : Tolerances;
        _norm.Begin(start);
        foreach (var vector in _states)
        {
            vector.CopyFrom(start); // constants
        }

        double step = length ?? nextTime - time;
        (_matrix.Step, _matrix.Tolerances) = (step, _norm.Tolerances);
        for (int first = 0; first < _tableau.Stages; first += _width)
        {
            for (int i = 0; i < _width; i++)
            {
                _points[i] = new(_tableau.StageTime(first + i, time, nextTime), _tableau.Stages, double.NaN, EvaluationPurpose.Outside);
                LinearCombination.Write(start, Row(first + i, 0, first, step), intoDerivatives, _ranges, _known[i]);
                for (int j = 0; j < _width; j++)
                {
                    _coefficients[(i * _width) + j] = step * _tableau.Entry(first + i, first + j);
                }
            }

            bool isExplicit = _width == 1 && _coefficients[0] == 0;
            if (isExplicit)
            {
                LinearCombination.Write(_known[0], [], [], _ranges, _states[0]);
            }
            else if (Iterate(start, time, first, intoDerivatives) is { } failure)
            {
                _hasJacobian = false;
                _eta = 1;
                return failure;
            }

            if (!(isExplicit && first == 0 && knowsFirst))
            {
                Finish(first, step, isExplicit, intoDerivatives);
            }
        }

        (_lastTime, _lastStep) = (time, step);
        return null;
    }

    /// <summary>Multiplies an error by (I − hγJ)⁻¹.</summary>
    /// <param name="coefficient">hγ.</param>
    /// <param name="time">The time of the state.</param>
    /// <param name="state">y, at which a Jacobian is taken that is not kept.</param>
    /// <param name="derivative">f there.</param>
    /// <param name="error">The error, changed in place.</param>
    /// <returns>Whether there is a solution.</returns>
    public bool Filter(double coefficient, double time, FlatVector state, FlatVector derivative, FlatVector error)
    {
        if (!_matrix.IsFrozen)
        {
            _matrix.Linearize([new(time, _tableau.Stages, double.NaN, EvaluationPurpose.Outside)], [state], [derivative]);
        }

        return _matrix.Solve([coefficient], [error]);
    }

    public void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _states, .. _known, .. _derivatives, .. _updates])
        {
            vector.Dispose();
        }

        _matrix.Dispose();
        _norm.Dispose();
        Evaluator.Dispose();
    }

    /// <summary>Newton's iteration from a prediction; if that does not lead to the solution, from the start of the step with a Jacobian from there.</summary>
    private string? Iterate(FlatVector start, double time, int first, FlatVector[] derivatives)
    {
        bool isPredicted = Predict(start, time, first, derivatives), isCertain = !isPredicted && !_hasJacobian;
        string? failure = Iterate();
        if (failure is null || isCertain)
        {
            return failure;
        }

        foreach (var state in _states)
        {
            LinearCombination.Write(start, [], [], _ranges, state);
        }

        (_hasJacobian, _eta) = (false, 1);
        return Iterate();
    }

    /// <summary>Writes where the iteration begins: along the polynomial of the last step, or with the line through the derivatives of the two stages before, or from the start.</summary>
    private bool Predict(FlatVector start, double time, int first, FlatVector[] derivatives)
    {
        if (_polynomial is not null)
        {
            bool isNear = _lastStep != 0 && Math.Abs((_points[^1].Time - _lastTime) / _lastStep) < FarthestPrediction;
            double from = isNear ? (time - _lastTime) / _lastStep : 0;
            for (int i = 0; i < _width; i++)
            {
                double to = isNear ? (_points[i].Time - _lastTime) / _lastStep : 0;
                for (int j = 0; j < _width; j++)
                {
                    _factors[j] = _lastStep * (Polynomial(_polynomial[j], to) - Polynomial(_polynomial[j], from));
                }

                LinearCombination.Write(start, _factors.AsSpan(0, isNear ? _width : 0), derivatives, _ranges, _states[i]);
            }

            return isNear;
        }

        if (first == 0)
        {
            LinearCombination.Write(_prediction ?? start, [], [], _ranges, _states[0]);
            return _prediction is not null;
        }

        double[] c = _tableau.C;
        double share = first > 1 && c[first - 1] != c[first - 2] ? (c[first] - c[first - 2]) / (c[first - 1] - c[first - 2]) : 1;
        LinearCombination.Write(_known[0], [share * _coefficients[0]], [derivatives[first - 1]], _ranges, _states[0]);
        if (share != 1)
        {
            LinearCombination.Write(_states[0], [(1 - share) * _coefficients[0]], [derivatives[first - 2]], _ranges, _states[0]);
        }

        return true;
    }

    private string? Iterate()
    {
        bool toRoundOff = _norm.Tolerances is null;
        int limit = toRoundOff ? IterationsAtRoundOff : Iterations;
        double kappa = toRoundOff ? KappaAtRoundOff : Math.Max(Kappa, 10 * Evaluator.Epsilon / _norm.Tolerances!.Relative);
        double before = 0;
        _eta = Math.Pow(Math.Max(_eta, Evaluator.Epsilon), 0.8); // of the last iteration, a little worse
        for (int iteration = 0; iteration < limit; iteration++)
        {
            double size = Update();
            if (!(size >= 0))
            {
                return double.IsNaN(size) ? NotFinite : Singular;
            }

            if (!double.IsFinite(size))
            {
                return NotFinite;
            }

            if (iteration > 0 && size > 0)
            {
                double rate = size / before;
                _worstRate = Math.Max(_worstRate, rate);
                if (rate >= 1)
                {
                    return toRoundOff && size <= RoundOff ? null : NoConvergence;
                }

                _eta = rate / (1 - rate);
                if (!toRoundOff && _eta * size * Math.Pow(rate, limit - 1 - iteration) > kappa)
                {
                    return NoConvergence;
                }

                _hasJacobian &= !toRoundOff || rate <= RateWithinStep;
            }

            if (_eta * size <= kappa)
            {
                return null;
            }

            before = size;
        }

        return NoConvergence;
    }

    /// <summary>One iteration.</summary>
    /// <returns>The size of the update; negative where the matrix is singular.</returns>
    private double Update()
    {
        for (int i = 0; i < _width; i++)
        {
            Evaluator.Evaluate(_points[i], _states[i], _derivatives[i]);
        }

        if (!_hasJacobian || !_matrix.IsFrozen)
        {
            _matrix.Linearize(_points, _states, _derivatives);
            _hasJacobian = true;
        }

        for (int i = 0; i < _width; i++)
        {
            LinearCombination.Write(_known[i], _coefficients.AsSpan(i * _width, _width), _derivatives, _ranges, _updates[i]);
            LinearCombination.Write(_updates[i], [-1], [_states[i]], _ranges, _updates[i]);
            if (!LinearCombination.IsFinite(_updates[i], _ranges))
            {
                return double.NaN;
            }
        }

        if (!_matrix.Solve(_coefficients, _updates))
        {
            return -1;
        }

        double largest = 0;
        for (int i = 0; i < _width; i++)
        {
            LinearCombination.Write(_states[i], [1], [_updates[i]], _ranges, _states[i]);
            double size = _norm.Of(_updates[i], _states[i]);
            largest = double.IsNaN(largest) || size <= largest ? largest : size;
        }

        return largest;
    }

    /// <summary>Evaluates stages that are solved for, whose tapes and quadratures are needed, and takes the evolving part of their derivatives from the stages.</summary>
    private void Finish(int first, double step, bool isExplicit, FlatVector[] derivatives)
    {
        for (int i = 0; i < _width; i++)
        {
            int stage = first + i;
            if (isExplicit || _hasQuadratures || Evaluator.System.TakesStages)
            {
                Evaluator.Evaluate(_points[i] with { Stage = stage, Weight = stage == 0 ? double.NaN : step * _tableau.B[stage], Purpose = EvaluationPurpose.Step }, _states[i], derivatives[stage]);
            }

            if (isExplicit)
            {
                continue;
            }

            for (int j = 0; j < _width; j++)
            {
                double factor = _inverse[((_width == 1 ? stage : i) * _width) + j] / step;
                (_factors[j], _factors[_width + j]) = (factor, -factor);
            }

            LinearCombination.Write(null, _factors.AsSpan(0, 2 * _width), [.. _states, .. _known], _ranges, derivatives[stage]);
        }
    }

    /// <summary>The polynomial through the derivatives at the nodes; of nodes that are equal, as where steps are doubled, through that of the first.</summary>
    private static double[][] Rows(double[] nodes)
    {
        double[] distinct = [.. nodes.Distinct()];
        double[][] rows = Collocation.DenseRows(distinct);
        return [.. nodes.Select((node, i) => Array.IndexOf(nodes, node) == i ? rows[Array.IndexOf(distinct, node)] : [])];
    }

    private static double Polynomial(double[] coefficients, double theta)
    {
        double sum = 0;
        for (int power = coefficients.Length - 1; power >= 0; power--)
        {
            sum = (sum + coefficients[power]) * theta;
        }

        return sum;
    }

    private ReadOnlySpan<double> Row(int row, int from, int count, double step)
    {
        for (int j = 0; j < count; j++)
        {
            _factors[j] = step * _tableau.Entry(row, from + j);
        }

        return _factors.AsSpan(0, count);
    }

    private static double[] Inverse(ButcherTableau tableau, int width)
    {
        int s = tableau.Stages;
        if (width == 1)
        {
            return [.. tableau.A.Select((row, i) => row.Length > i && row[i] != 0 ? 1 / row[i] : 0)];
        }

        var factors = new DenseFactors(s);
        for (int i = 0; i < s * s; i++)
        {
            factors.Matrix[i] = tableau.Entry(i / s, i % s);
        }

        factors.Factor();
        var inverse = new double[s * s];
        var column = new double[s];
        for (int j = 0; j < s; j++)
        {
            Array.Clear(column);
            column[j] = 1;
            factors.Solve(column);
            for (int i = 0; i < s; i++)
            {
                inverse[(i * s) + j] = column[i];
            }
        }

        return inverse;
    }
}
