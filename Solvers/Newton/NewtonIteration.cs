using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Newton;

/// <summary>Simplified Newton iteration for Y_i = known_i + Σ c_ij f(t_j, Y_j), which the equations of all implicit methods are.</summary>
/// <remarks>
/// Hairer, Wanner, Solving ODEs II, IV.8: the iteration ends when η‖δ‖ ≤ κ with η = ρ/(1 − ρ) and the rate ρ of convergence. A Jacobian is kept
/// while it serves; where steps must be made again with the same numbers, each takes its own, and is solved for to round-off.
/// </remarks>
internal sealed class NewtonIteration : IDisposable
{
    /// <summary>The most evolving entries for which the Jacobian is a matrix, where nobody says otherwise.</summary>
    public const int UsualDenseLimit = 64;

    private const string NoConvergence = "Newton's iteration for the stages does not converge";
    private const string Singular = "The matrix I − hγJ of Newton's iteration is singular or too ill-conditioned to be solved with";
    private const string NotFinite = "Newton's iteration for the stages met a value that is not finite";

    // What is left of an error, in tolerances; and in machine epsilons where vectors are solved for to round-off, with the size at which round-off is met.
    private const double Kappa = 0.01;
    private const double KappaAtRoundOff = 2;
    private const double RoundOff = 1000;
    private const int Iterations = 10;
    private const int IterationsAtRoundOff = 40;

    // A Jacobian is taken anew for the next step above the first rate, and within an iteration to round-off above the second.
    private const double RateForNextStep = 0.1;
    private const double RateWithinStep = 0.3;

    private readonly NewtonMatrix _matrix;
    private readonly UpdateNorm _norm;
    private readonly VectorRange[] _ranges;
    private readonly int _width;
    private readonly FlatVector[] _derivatives;
    private readonly FlatVector[] _updates;
    private readonly double[] _sizes; // of the updates
    private readonly double[] _sizesBefore;
    private bool _hasJacobian;
    private bool _isProven; // whether the vectors are as near as their updates are small: one has seen its own Jacobian, or all fall fast enough. That of a far stiffer place makes all updates small
    private double _eta = 1;
    private double _worstRate;

    /// <summary>Makes the memory.</summary>
    /// <param name="denseLimit">The most evolving entries for which the Jacobian is a matrix.</param>
    /// <param name="width">How many vectors are solved for at a time.</param>
    /// <param name="layout">The layout of each.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    public NewtonIteration(int denseLimit, int width, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_width, _ranges, Evaluator) = (width, layout.EvolvingRanges, new(layout, dtype, device));
        var entries = new EvolvingEntries(layout);
        _matrix = entries.Count <= denseLimit ? new DenseNewtonMatrix(Evaluator, entries, layout, dtype, device) : new KrylovNewtonMatrix(Evaluator, layout, dtype, device, width);
        _norm = new(layout, dtype, device, Evaluator.Epsilon);
        (Points, Coefficients) = (new StagePoint[width], new double[width * width]);
        (_sizes, _sizesBefore) = (new double[width], new double[width]);
        FlatVector[] Make() => [.. Enumerable.Range(0, width).Select(_ => new FlatVector(layout, dtype, device))];
        (States, Known, _derivatives, _updates) = (Make(), Make(), Make(), Make());
    }

    /// <summary>Evaluates the system, and counts.</summary>
    public StageEvaluator Evaluator { get; }

    /// <summary>The points of the unknown vectors, which give t_j.</summary>
    public StagePoint[] Points { get; }

    /// <summary>Y: where the iteration begins, then the solution.</summary>
    public FlatVector[] States { get; }

    /// <summary>The part of each vector that is known before it is solved for.</summary>
    public FlatVector[] Known { get; }

    /// <summary>c, row by row.</summary>
    public double[] Coefficients { get; }

    /// <summary>Begins a step.</summary>
    /// <param name="start">y, whose constants go into every vector that is evaluated.</param>
    /// <param name="step">The length of the step.</param>
    /// <param name="tolerances">What the step is held to, or null for round-off.</param>
    /// <param name="isAlone">Whether the step must depend on its start alone; it is solved for to round-off then.</param>
    public void BeginStep(FlatVector start, double step, Tolerances? tolerances, bool isAlone = false)
    {
        _hasJacobian &= !isAlone && _worstRate <= RateForNextStep;
        _eta = isAlone ? 1 : _eta;
        _worstRate = 0;
        _norm.Tolerances = isAlone ? null : tolerances;
        _norm.Begin(start);
        (_matrix.Step, _matrix.Tolerances) = (step, _norm.Tolerances);
        foreach (var vector in States)
        {
            vector.CopyFrom(start);
        }
    }

    /// <summary>Forgets what earlier steps left.</summary>
    public void Reset() => (_hasJacobian, _eta, _worstRate) = (false, 1, 0);

    /// <summary>Solves from what stands in <see cref="States"/>; if that does not lead to the solution, from a given state with a Jacobian from there.</summary>
    /// <param name="start">The state for a second attempt.</param>
    /// <param name="isPredicted">Whether what stands there is another one.</param>
    /// <returns>Null, or why there is no solution.</returns>
    public string? Solve(FlatVector start, bool isPredicted)
    {
        bool isCertain = !isPredicted && !_hasJacobian;
        string? failure = Iterate();
        if (failure is not null && !isCertain)
        {
            foreach (var state in States)
            {
                LinearCombination.Write(start, [], [], _ranges, state);
            }

            Forget();
            failure = Iterate();
        }

        if (failure is not null)
        {
            Forget();
        }

        return failure;
    }

    /// <summary>Multiplies an error by (I − hγJ)⁻¹.</summary>
    /// <param name="coefficient">hγ.</param>
    /// <param name="point">The time of the state.</param>
    /// <param name="state">y, at which a Jacobian is taken that is not kept.</param>
    /// <param name="derivative">f there.</param>
    /// <param name="error">The error, changed in place.</param>
    /// <returns>Whether there is a solution.</returns>
    public bool Filter(double coefficient, StagePoint point, FlatVector state, FlatVector derivative, FlatVector error)
    {
        if (!_matrix.IsFrozen)
        {
            _matrix.Linearize([point], [state], [derivative]);
        }

        return _matrix.Solve([coefficient], [error]);
    }

    public void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. States, .. Known, .. _derivatives, .. _updates])
        {
            vector.Dispose();
        }

        _matrix.Dispose();
        _norm.Dispose();
        Evaluator.Dispose();
    }

    private void Forget() => (_hasJacobian, _eta) = (false, 1);

    private string? Iterate()
    {
        bool toRoundOff = _norm.Tolerances is null;
        int limit = toRoundOff ? IterationsAtRoundOff : Iterations;
        double negligible = toRoundOff ? KappaAtRoundOff : 10 * Evaluator.Epsilon / _norm.Tolerances!.Relative;
        double kappa = toRoundOff ? negligible : Math.Max(Kappa, negligible);
        double before = 0;
        _isProven = false;
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
                _isProven = AllHaveConverged(kappa, negligible);
                if (!toRoundOff && _eta * size * Math.Pow(rate, limit - 1 - iteration) > kappa)
                {
                    return NoConvergence;
                }

                _hasJacobian &= !toRoundOff || rate <= RateWithinStep;
            }

            if (size == 0 || (_isProven && _eta * size <= kappa))
            {
                return null;
            }

            before = size;
            _sizes.CopyTo(_sizesBefore, 0);
        }

        return NoConvergence;
    }

    /// <summary>Whether no vector is further from the solution than is allowed, by the rate at which its own updates fall.</summary>
    /// <param name="kappa">What is allowed.</param>
    /// <param name="negligible">The size of updates that are round-off.</param>
    private bool AllHaveConverged(double kappa, double negligible)
    {
        for (int i = 0; i < _width; i++)
        {
            double rate = _sizes[i] / _sizesBefore[i];
            if (_sizes[i] > negligible && !(rate < 1 && rate / (1 - rate) * _sizes[i] <= kappa))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>One iteration.</summary>
    /// <returns>The size of the update; negative where the matrix is singular.</returns>
    private double Update()
    {
        for (int i = 0; i < _width; i++)
        {
            Evaluator.Evaluate(Points[i], States[i], _derivatives[i]);
        }

        if (!_hasJacobian || !_matrix.IsFrozen)
        {
            _matrix.Linearize(Points, States, _derivatives);
            (_hasJacobian, _isProven) = (true, _width == 1);
        }

        for (int i = 0; i < _width; i++)
        {
            LinearCombination.Write(Known[i], Coefficients.AsSpan(i * _width, _width), _derivatives, _ranges, _updates[i]);
            LinearCombination.Write(_updates[i], [-1], [States[i]], _ranges, _updates[i]);
            if (!LinearCombination.IsFinite(_updates[i], _ranges))
            {
                return double.NaN;
            }
        }

        if (!_matrix.Solve(Coefficients, _updates))
        {
            return -1;
        }

        double largest = 0;
        for (int i = 0; i < _width; i++)
        {
            LinearCombination.Write(States[i], [1], [_updates[i]], _ranges, States[i]);
            double size = _sizes[i] = _norm.Of(_updates[i], States[i]);
            largest = double.IsNaN(largest) || size <= largest ? largest : size;
        }

        return largest;
    }
}
