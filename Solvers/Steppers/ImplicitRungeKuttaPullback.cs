using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Newton;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The discrete adjoint of an implicit Runge–Kutta step: κ_i − hΣ_j a_ji J_jᵀκ_j = h b_i λ over the stages that are solved for together, with
/// hΣ a_ji ℓ_j of later ones on the right; then ℓ_i = (∂f_i/∂y)ᵀκ_i, θ̄ += (∂f_i/∂θ)ᵀκ_i, and λ ← λ + Σ ℓ_i. The equations are solved by GMRES on
/// pullbacks of the field, so that no step is larger in memory than its tapes and a few states.
/// </summary>
/// <remarks>Hager 2000, Numer. Math. 87:247; Sanz-Serna 2016, SIAM Review 58:3. The stages are taken as the exact solution of their equations.</remarks>
internal sealed class ImplicitRungeKuttaPullback : StepPullback
{
    // The residual that is asked for, in machine epsilons, and the largest that is accepted where round-off allows no smaller one, as a power of it.
    private const double Tolerance = 4;
    private const double AcceptedPower = 0.5;
    private const int Cycles = 20;

    private readonly ImplicitRungeKutta _method;
    private readonly ButcherTableau _tableau;
    private readonly StageSolver _solver;
    private readonly ReplaySystem _replay = new();
    private readonly Gmres _gmres;
    private readonly FlatVector[] _cotangents; // κ
    private readonly FlatVector[] _stateCotangents; // ℓ
    private readonly FlatVector[] _right;
    private readonly FlatVector _combination;
    private readonly StageTimes _times;
    private readonly int _stages;
    private readonly int _width;

    public ImplicitRungeKuttaPullback(ImplicitRungeKutta method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_method, _tableau, _stages) = (method, method.Tableau, method.Stages);
        _width = _tableau.IsDiagonallyImplicit ? 1 : _stages;
        _solver = new(method, layout, dtype, device) { IsAlone = true };
        _gmres = new(layout, dtype, device, _width);
        FlatVector[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new FlatVector(layout, dtype, device))];
        (_cotangents, _stateCotangents, _right, _combination) = (Make(_stages), Make(_stages), Make(_width), new(layout, dtype, device));
        _times = new(_stages, dtype, device);
    }

    public override void Replay(IDifferentiableField field, StepRecord record)
    {
        (_replay.Field, _replay.Record, _solver.Evaluator.System) = (field, record, _replay);
        int before = _solver.Evaluator.Evaluations;
        _solver.Reset();
        if (_solver.Solve(record.Start[0], record.Time, record.NextTime, knowsFirst: false, record.Derivatives) is { } failure)
        {
            throw new OdeSolveException($"A step that was accepted cannot be made again. {failure}. Were parameters changed since?", record.Time, record.Step, _solver.Evaluator.Evaluations);
        }

        FurtherEvaluations += _solver.Evaluator.Evaluations - before - _stages;
    }

    public override void Advance(StepRecord record, ReadOnlySpan<FlatVector> intoEnd)
    {
        intoEnd[0].CopyFrom(record.Start[0]);
        _method.WriteEnd(record.Start[0], record.Step, record.Derivatives, intoEnd[0]);
    }

    public override StepTimeGradient Pullback(IDifferentiableField field, StepRecord record, FlatVector[] cotangents, FlatVector intoGradient)
    {
        var cotangent = cotangents[0];
        var layout = cotangent.Layout;
        double step = record.Step, byStep = 0;
        Span<double> factors = stackalloc double[_stages];
        for (int first = _stages - _width; first >= 0; first -= _width)
        {
            FindCotangents(field, record, cotangent, first, intoGradient);
            for (int i = first; i < first + _width; i++)
            {
                field.Pullback(record.Tapes[i], _cotangents[i], 1, _stateCotangents[i], intoGradient, _times[i]);
            }
        }

        for (int i = 0; i < _stages; i++)
        {
            byStep += _tableau.B[i] * LinearCombination.Dot(cotangent, record.Derivatives[i], layout.DerivativeRanges);
            LinearCombination.Write(null, _tableau.A[i], record.Derivatives, layout.EvolvingRanges, _combination);
            byStep += LinearCombination.Dot(_stateCotangents[i], _combination, layout.EvolvingRanges);
        }

        factors.Fill(1);
        LinearCombination.Write(cotangent, factors, _stateCotangents, layout.StateRanges, cotangent);
        var byTimes = _times.Sum(_tableau.C);
        return byTimes with { Step = byStep + byTimes.Step };
    }

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _cotangents, .. _stateCotangents, .. _right, _combination])
        {
            vector.Dispose();
        }

        _times.Dispose();
        _solver.Dispose();
        _gmres.Dispose();
    }

    /// <summary>κ of the stages from one on that are solved for together; later ones have their ℓ.</summary>
    private void FindCotangents(IDifferentiableField field, StepRecord record, FlatVector cotangent, int first, FlatVector intoGradient)
    {
        var layout = cotangent.Layout;
        double step = record.Step;
        bool isExplicit = _width == 1 && _tableau.Entry(first, first) == 0, hasQuadratures = layout.QuadratureRanges.Length > 0;

        // κ of a quadrature is h b_i λ alone: it never fed a stage. What its rates read of a stage is a known part of ℓ.
        for (int i = first; i < first + _width; i++)
        {
            LinearCombination.Write(null, [], [], layout.EvolvingRanges, _cotangents[i]);
            LinearCombination.Write(null, [step * _tableau.B[i]], [cotangent], layout.QuadratureRanges, _cotangents[i]);
            if (hasQuadratures && !isExplicit)
            {
                FurtherPullbacks++;
                field.Pullback(record.Tapes[i], _cotangents[i], 0, _stateCotangents[i], intoGradient);
            }
        }

        int known = isExplicit || !hasQuadratures ? first + _width : first;
        Span<double> factors = stackalloc double[_stages];
        for (int i = first; i < first + _width; i++)
        {
            var right = isExplicit ? _cotangents[i] : _right[i - first];
            for (int j = known; j < _stages; j++)
            {
                factors[j - known] = step * _tableau.Entry(j, i);
            }

            LinearCombination.Write(null, factors[..(_stages - known)], _stateCotangents.AsSpan(known), layout.EvolvingRanges, right);
            LinearCombination.Write(right, [step * _tableau.B[i]], [cotangent], layout.EvolvingRanges, right);
        }

        if (isExplicit)
        {
            return;
        }

        void Product(FlatVector[] from, FlatVector[] into)
        {
            Span<double> column = stackalloc double[_width];
            for (int j = 0; j < _width; j++)
            {
                FurtherPullbacks++;
                field.Pullback(record.Tapes[first + j], from[j], 0, _stateCotangents[first + j], intoGradient);
            }

            for (int i = 0; i < _width; i++)
            {
                for (int j = 0; j < _width; j++)
                {
                    column[j] = -step * _tableau.Entry(first + j, first + i);
                }

                LinearCombination.Write(from[i], column, _stateCotangents.AsSpan(first, _width), layout.EvolvingRanges, into[i]);
            }
        }

        double epsilon = _solver.Evaluator.Epsilon;
        double residual = _gmres.Solve(Product, _right, _cotangents[first..(first + _width)], Tolerance * epsilon, Cycles);
        if (!(residual <= Math.Pow(epsilon, AcceptedPower)))
        {
            throw new OdeSolveException($"The transposed equations of a step's stages are not solved: GMRES comes to a residual of {residual:E1}. Take shorter steps, or use backsolve or interpolated.", record.Time, step, 0);
        }
    }

    /// <summary>Evaluates stages on the tapes of a record. All others use the last tape, whose own stage is the last evaluation.</summary>
    private sealed class ReplaySystem : IStageSystem
    {
        public IDifferentiableField Field { get; set; } = null!;

        public StepRecord Record { get; set; } = null!;

        private FieldTape Spare => Record.Tapes[^1];

        public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative) =>
            Field.Evaluate(point.Time, state, point.Purpose == EvaluationPurpose.Step ? Record.Tapes[point.Stage] : Spare, intoDerivative);

        public bool Tangent(in StagePoint point, FlatVector state, FlatVector direction, FlatVector intoTangent) =>
            FieldTangent.TryWrite(Field, point.Time, state, direction, Spare, intoTangent);

        public void Accepted(in AcceptedStep step)
        {
        }

        public void Rejected()
        {
        }
    }
}
