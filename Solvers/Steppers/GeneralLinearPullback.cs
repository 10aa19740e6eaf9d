using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The discrete adjoint of a general linear step: for i = s…1, κ_i = Σ_j b_ji λ_j + Σ_{m&gt;i} a_mi ℓ_m and ℓ_i = (∂f_i/∂y)ᵀκ_i; then
/// λ_j ← Σ_k v_kj λ_k + Σ_i u_ij ℓ_i.
/// </summary>
internal sealed class GeneralLinearPullback : StepPullback
{
    private readonly GeneralLinearTableau _tableau;
    private readonly GeneralLinearArithmetic _step;
    private readonly FlatVector _stageState;
    private readonly FlatVector _stageCotangent;
    private readonly FlatVector[] _stateCotangents;
    private readonly FlatVector[] _before;
    private readonly StageTimes _times;
    private readonly int _carried;
    private readonly int _stages;

    public GeneralLinearPullback(GeneralLinearTableau tableau, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_tableau, _carried, _stages) = (tableau, tableau.Carried.Length, tableau.Step.Stages);
        _step = new(tableau.Step, _carried, layout);
        FlatVector[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new FlatVector(layout, dtype, device))];
        (_stageState, _stageCotangent, _stateCotangents, _before) = (new(layout, dtype, device), new(layout, dtype, device), Make(_stages), Make(_carried));
        _times = new(_stages + 1, dtype, device);
    }

    public override void Replay(IDifferentiableField field, StepRecord record)
    {
        FlatVector[] vectors = [.. record.Start, .. record.Derivatives];
        _stageState.CopyFrom(record.Start[0]);
        for (int i = 0; i < _stages; i++)
        {
            _step.WriteStage(i, record.Step, vectors, _stageState);
            HalvedEvaluation.Evaluate(field, _step.Half(i), _step.Time(i, record.Time, record.NextTime), _stageState, record.Tapes[i], record.Derivatives[i]);
        }
    }

    public override void Advance(StepRecord record, ReadOnlySpan<FlatVector> intoEnd)
    {
        FlatVector[] vectors = [.. record.Start, .. record.Derivatives];
        for (int j = 0; j < _carried; j++)
        {
            intoEnd[j].CopyFrom(record.Start[0]); // constants
            _step.WriteOutput(j, record.Step, vectors, intoEnd[j]);
        }
    }

    public override StepTimeGradient Pullback(IDifferentiableField field, StepRecord record, FlatVector[] cotangents, FlatVector intoGradient)
    {
        double step = record.Step;
        for (int i = _stages - 1; i >= 0; i--)
        {
            _stageCotangent.Clear();
            for (int part = 0; part < _step.Parts; part++)
            {
                Add(_stageCotangent, cotangents, part, _step.Derivative(part), step, (p, j) => _step.Output(p, j)[_carried + i]);
                Add(_stageCotangent, _stateCotangents, part, _step.Evolving(part), step, (p, m) => m > i ? _step.Stage(p, m)[_carried + i] : default);
            }

            field.Pullback(record.Tapes[i], _stageCotangent, 1, _stateCotangents[i], intoGradient, _times[i]);
        }

        double byStep = ByCoefficients(record, cotangents);
        for (int j = 0; j < _carried; j++)
        {
            _before[j].CopyFrom(cotangents[j]);
            for (int part = 0; part < _step.Parts; part++)
            {
                LinearCombination.Write(null, [], [], _step.Derivative(part), _before[j]);
                Add(_before[j], cotangents, part, _step.Derivative(part), step, (p, k) => _step.Output(p, k)[j]);
                Add(_before[j], _stateCotangents, part, _step.Evolving(part), step, (p, i) => _step.Stage(p, i)[j]);
            }
        }

        AddConstants(_before[0], _stateCotangents);
        for (int j = 0; j < _carried; j++)
        {
            cotangents[j].CopyFrom(_before[j]);
        }

        var byTimes = _times.Read();
        double byTime = 0;
        for (int i = 0; i < _stages; i++)
        {
            byTime += byTimes[i];
            byStep += _tableau.Step.Nodes[i] * byTimes[i];
        }

        return new(byTime, byStep);
    }

    public override (double ByTime, int Evaluations) PullbackStart(IDifferentiableField field, FieldTape tape, double time, FlatVector start, FlatVector[] cotangents, FlatVector intoGradient)
    {
        var layout = start.Layout;
        _stageCotangent.Clear();
        bool isDerivative = false;
        for (int j = 1; j < _carried; j++)
        {
            bool here = _tableau.Carried[j] == CarriedStart.Derivative;
            isDerivative |= here;
            var into = here ? _stageCotangent : cotangents[0];
            LinearCombination.Write(into, [1], [cotangents[j]], layout.DerivativeRanges, into);
        }

        if (!isDerivative)
        {
            return (0, 0);
        }

        field.Evaluate(time, start, tape, _before[0]);
        field.Pullback(tape, _stageCotangent, 1, _stateCotangents[0], intoGradient, _times[^1]);
        LinearCombination.Write(cotangents[0], [1], [_stateCotangents[0]], layout.StateRanges, cotangents[0]);
        return (_times.Read()[_stages], 1);
    }

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _stateCotangents, .. _before, _stageState, _stageCotangent])
        {
            vector.Dispose();
        }

        _times.Dispose();
    }

    private static void Add(FlatVector into, FlatVector[] terms, int part, VectorRange[] ranges, double step, Func<int, int, StepCoefficient> coefficient)
    {
        Span<double> factors = stackalloc double[terms.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            factors[i] = coefficient(part, i).At(step);
        }

        LinearCombination.Write(into, factors, terms, ranges, into);
    }

    private static void AddConstants(FlatVector into, FlatVector[] terms)
    {
        Span<double> ones = stackalloc double[terms.Length];
        ones.Fill(1);
        LinearCombination.Write(into, ones, terms, into.Layout.ConstantRanges, into);
    }

    /// <summary>∂L/∂h by the coefficients that have h in them: each contributes its factor times an inner product.</summary>
    private double ByCoefficients(StepRecord record, FlatVector[] cotangents)
    {
        FlatVector[] vectors = [.. record.Start, .. record.Derivatives];
        double sum = 0;
        for (int part = 0; part < _step.Parts; part++)
        {
            for (int j = 0; j < _carried; j++)
            {
                sum += ByRow(_step.Output(part, j), cotangents[j], vectors, _step.Derivative(part));
            }

            for (int i = 0; i < _stages; i++)
            {
                sum += ByRow(_step.Stage(part, i), _stateCotangents[i], vectors, _step.Evolving(part));
            }
        }

        return sum;
    }

    private static double ByRow(StepCoefficient[] row, FlatVector cotangent, FlatVector[] vectors, VectorRange[] ranges)
    {
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] is { TimesStep: true, Factor: not 0 })
            {
                sum += row[i].Factor * LinearCombination.Dot(cotangent, vectors[i], ranges);
            }
        }

        return sum;
    }
}
