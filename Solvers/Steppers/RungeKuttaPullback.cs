using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The discrete adjoint of an explicit Runge–Kutta step: for i = s…1, κ_i = h(b_i λ + Σ_{j&gt;i} a_ji ℓ_j), ℓ_i = (∂f_i/∂y)ᵀκ_i,
/// θ̄ += (∂f_i/∂θ)ᵀκ_i; then λ ← λ + Σ ℓ_i. No division by a weight, so zero weights need no special case.
/// </summary>
/// <remarks>Hager 2000, Numer. Math. 87:247; Sanz-Serna 2016, SIAM Review 58:3.</remarks>
internal sealed class RungeKuttaPullback : StepPullback
{
    private readonly ExplicitRungeKutta _method;
    private readonly ButcherTableau _tableau;
    private readonly FlatVector _stageState;
    private readonly FlatVector _stageCotangent;
    private readonly FlatVector[] _stateCotangents;
    private readonly StageTimes _times;
    private readonly double[] _coefficients;
    private (StepRecord? Record, int Stage) _inTape; // which stage was evaluated last, on a tape that stages share

    public RungeKuttaPullback(ExplicitRungeKutta method, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_method, _tableau) = (method, method.Tableau);
        int stages = method.TapedStages;
        (_stageState, _stageCotangent) = (new(layout, dtype, device), new(layout, dtype, device));
        _stateCotangents = [.. Enumerable.Range(0, stages).Select(_ => new FlatVector(layout, dtype, device))];
        _times = new(stages, dtype, device);
        _coefficients = new double[stages + 1];
    }

    public override void Replay(IDifferentiableField field, StepRecord record)
    {
        _stageState.CopyFrom(record.Start[0]);
        for (int i = 0; i < _stateCotangents.Length; i++)
        {
            Evaluate(field, record, i);
        }

        _inTape = (record, _stateCotangents.Length - 1);
    }

    public override void Advance(StepRecord record, ReadOnlySpan<FlatVector> intoEnd)
    {
        var b = ExplicitRungeKutta.Scaled(_tableau.B.AsSpan(0, _stateCotangents.Length), record.Step, _coefficients);
        intoEnd[0].CopyFrom(record.Start[0]);
        LinearCombination.Write(record.Start[0], b, record.Derivatives, intoEnd[0].Layout.DerivativeRanges, intoEnd[0]);
    }

    public override StepTimeGradient Pullback(IDifferentiableField field, StepRecord record, FlatVector[] cotangents, FlatVector intoGradient)
    {
        var cotangent = cotangents[0];
        var layout = cotangent.Layout;
        int stages = _stateCotangents.Length;
        bool sharesTape = record.Tapes.Length < stages;
        double step = record.Step, byStep = 0;
        for (int i = stages - 1; i >= 0; i--)
        {
            // κ of a quadrature is h b_i λ alone: it never fed a stage, so its ℓ stays zero.
            for (int j = i + 1; j < stages; j++)
            {
                _coefficients[j - i - 1] = step * _tableau.A[j][i];
            }

            LinearCombination.Write(null, _coefficients.AsSpan(0, stages - i - 1), _stateCotangents.AsSpan(i + 1), layout.EvolvingRanges, _stageCotangent);
            LinearCombination.Write(_stageCotangent, [step * _tableau.B[i]], [cotangent], layout.EvolvingRanges, _stageCotangent);
            LinearCombination.Write(null, [step * _tableau.B[i]], [cotangent], layout.QuadratureRanges, _stageCotangent);
            if (sharesTape && _inTape != (record, i))
            {
                _stageState.CopyFrom(record.Start[0]);
                Evaluate(field, record, i);
            }

            field.Pullback(record.Tapes[sharesTape ? 0 : i], _stageCotangent, 1, _stateCotangents[i], intoGradient, _times[i]);

            byStep += _tableau.B[i] * LinearCombination.Dot(cotangent, record.Derivatives[i], layout.DerivativeRanges);
            LinearCombination.Write(null, _tableau.A[i], record.Derivatives, layout.EvolvingRanges, _stageState);
            byStep += LinearCombination.Dot(_stateCotangents[i], _stageState, layout.EvolvingRanges);
        }

        _inTape = default;
        _coefficients.AsSpan(0, stages).Fill(1);
        LinearCombination.Write(cotangent, _coefficients.AsSpan(0, stages), _stateCotangents, layout.StateRanges, cotangent);
        var byTimes = _times.Sum(_tableau.C);
        return byTimes with { Step = byStep + byTimes.Step };
    }

    public override void Dispose()
    {
        foreach (var vector in _stateCotangents)
        {
            vector.Dispose();
        }

        _times.Dispose();
        _stageState.Dispose();
        _stageCotangent.Dispose();
    }

    /// <summary>A stage as the forward solve evaluated it; the constants stand in the stage's state.</summary>
    private void Evaluate(IDifferentiableField field, StepRecord record, int stage)
    {
        LinearCombination.Write(record.Start[0], ExplicitRungeKutta.Scaled(_tableau.A[stage], record.Step, _coefficients), record.Derivatives, _stageState.Layout.EvolvingRanges, _stageState);
        field.Evaluate(_tableau.StageTime(stage, record.Time, record.NextTime), _stageState, record.Tapes[record.Tapes.Length == 1 ? 0 : stage], record.Derivatives[stage]);
    }
}
