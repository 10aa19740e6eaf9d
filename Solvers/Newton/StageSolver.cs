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
/// Hairer, Wanner, Solving ODEs II, IV.8. A Jacobian is kept while it serves; where steps must be made again with the same numbers, each takes its own,
/// and stages are solved to round-off.
/// </remarks>
internal sealed class StageSolver : IDisposable
{
    private readonly ButcherTableau _tableau;
    private readonly NewtonIteration _newton;
    private readonly StagePrediction _prediction;
    private readonly VectorRange[] _ranges;
    private readonly int _width;
    private readonly bool _hasQuadratures;
    private readonly double[] _inverse; // of A, or of its diagonal
    private readonly double[] _factors;

    public StageSolver(ImplicitRungeKutta method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_tableau, _ranges, _hasQuadratures) = (method.Tableau, layout.EvolvingRanges, layout.QuadratureRanges.Length > 0);
        _width = _tableau.IsDiagonallyImplicit ? 1 : _tableau.Stages;
        _newton = new(method.DenseLimit, _width, layout, dtype, device);
        _prediction = new(_tableau, _newton, _ranges);
        _inverse = Inverse(_tableau, _width);
        _factors = new double[(2 * _tableau.Stages) + 1];
    }

    /// <summary>Evaluates the system, and counts.</summary>
    public StageEvaluator Evaluator => _newton.Evaluator;

    /// <summary>Whether each step must depend on its start alone; its stages are solved to round-off then.</summary>
    public bool IsAlone { get; set; }

    /// <summary>What the steps are held to, or null for round-off.</summary>
    public Tolerances? Tolerances { get; set; }

    /// <summary>Forgets what earlier steps left.</summary>
    public void Reset()
    {
        _newton.Reset();
        _prediction.Reset();
    }

    /// <summary>Solves for the stages of a step.</summary>
    /// <param name="start">y.</param>
    /// <param name="time">The start of the step.</param>
    /// <param name="nextTime">Its end.</param>
    /// <param name="knowsFirst">Whether the derivative of an explicit first stage is there already.</param>
    /// <param name="intoDerivatives">Receives the derivatives of the stages, of quadratures too.</param>
    /// <returns>Null, or why there is no solution.</returns>
    public string? Solve(FlatVector start, double time, double nextTime, bool knowsFirst, FlatVector[] intoDerivatives)
    {
        if (IsAlone)
        {
            _prediction.Reset();
        }

        double step = nextTime - time;
        _newton.BeginStep(start, step, Tolerances, IsAlone);
        for (int first = 0; first < _tableau.Stages; first += _width)
        {
            for (int i = 0; i < _width; i++)
            {
                _newton.Points[i] = new(_tableau.StageTime(first + i, time, nextTime), _tableau.Stages, double.NaN, EvaluationPurpose.Outside);
                LinearCombination.Write(start, Row(first + i, 0, first, step), intoDerivatives, _ranges, _newton.Known[i]);
                for (int j = 0; j < _width; j++)
                {
                    _newton.Coefficients[(i * _width) + j] = step * _tableau.Entry(first + i, first + j);
                }
            }

            bool isExplicit = _width == 1 && _newton.Coefficients[0] == 0;
            if (isExplicit)
            {
                LinearCombination.Write(_newton.Known[0], [], [], _ranges, _newton.States[0]);
            }
            else if (_newton.Solve(start, _prediction.Write(start, time, first, intoDerivatives)) is { } failure)
            {
                return failure;
            }

            if (!(isExplicit && first == 0 && knowsFirst))
            {
                Finish(first, step, isExplicit, intoDerivatives);
            }
        }

        _prediction.Learn(time, step);
        return null;
    }

    /// <summary>Multiplies an error by (I − hγJ)⁻¹.</summary>
    /// <param name="coefficient">hγ.</param>
    /// <param name="time">The time of the state.</param>
    /// <param name="state">y, at which a Jacobian is taken that is not kept.</param>
    /// <param name="derivative">f there.</param>
    /// <param name="error">The error, changed in place.</param>
    /// <returns>Whether there is a solution.</returns>
    public bool Filter(double coefficient, double time, FlatVector state, FlatVector derivative, FlatVector error) =>
        _newton.Filter(coefficient, new(time, _tableau.Stages, double.NaN, EvaluationPurpose.Outside), state, derivative, error);

    public void Dispose() => _newton.Dispose();

    /// <summary>Evaluates stages that are solved for, whose tapes and quadratures are needed, and takes the evolving part of their derivatives from the stages.</summary>
    private void Finish(int first, double step, bool isExplicit, FlatVector[] derivatives)
    {
        for (int i = 0; i < _width; i++)
        {
            int stage = first + i;
            if (isExplicit || _hasQuadratures || Evaluator.System.TakesStages)
            {
                Evaluator.Evaluate(_newton.Points[i] with { Stage = stage, Weight = stage == 0 ? double.NaN : step * _tableau.B[stage], Purpose = EvaluationPurpose.Step }, _newton.States[i], derivatives[stage]);
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

            LinearCombination.Write(null, _factors.AsSpan(0, 2 * _width), [.. _newton.States, .. _newton.Known], _ranges, derivatives[stage]);
        }
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
