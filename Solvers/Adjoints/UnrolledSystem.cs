using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Writes each stage as torch operations on the graph's own state, and hands detached derivatives to the workspace that makes the
/// steps. Times are t = T_k + s (T_{k+1} − T_k) with the grid's shares s held constant; graphs of rejected steps are dropped.
/// </summary>
internal sealed class UnrolledSystem : IStageSystem, IDisposable
{
    private static readonly Scalar _one = 1.0;

    private readonly UnrolledSolve _solve;
    private readonly VectorLayout _layout;
    private readonly ButcherTableau _tableau;
    private readonly int _taped;
    private readonly Tensor?[]?[] _stages; // as the workspace has them: one more than the taped, f at the step's end where that is the next step's first
    private Tensor[] _state;
    private Tensor[]? _candidate;
    private Tensor _length;
    private int _interval;
    private double _time;

    public UnrolledSystem(UnrolledSolve solve, ButcherTableau tableau, int taped)
    {
        (_solve, _layout, _tableau, _taped) = (solve, solve.Problem.Start.Layout, tableau, taped);
        (_stages, _time) = (new Tensor?[]?[taped + 1], Knots[0]);
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        (_state, _length) = (Aliases(solve.Start), Length());
    }

    /// <summary>The end of the step that is tried next.</summary>
    public double NextTime { get; set; }

    private double[] Knots => _solve.Problem.Times;

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative)
    {
        using var scope = NewDisposeScope();
        if (point.Purpose != EvaluationPurpose.Step)
        {
            using Scalar here = point.Time;
            Write(Rates(full([], here, dtype: state.DType, device: state.Device), [.. _layout.Segments.Select((_, i) => state[i])]), intoDerivative);
            return;
        }

        Tensor?[] rates;
        using (enable_grad())
        {
            var at = point.Stage == 0 ? _state
                : point.Stage == _taped ? _candidate = Owned(Combine(_tableau.B, ofStep: true))
                : Combine(_tableau.A[point.Stage], ofStep: false);
            double share = (point.Time - Knots[_interval]) / (Knots[_interval + 1] - Knots[_interval]);
            using Scalar s = share;
            rates = Rates(_solve.Times[_interval].add(_length, s).to(state.DType).to(state.Device), at);
            _stages[point.Stage] = Owned([.. rates.Select(rate => rate?.alias())]);
        }

        Write(rates, intoDerivative);
    }

    public void Accepted(in AcceptedStep step)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var next = _candidate ?? Owned(Combine(_tableau.B, ofStep: true));
        Release(_state);
        (_state, _candidate, _time) = (next, null, step.NextTime);
        Release(_stages[0]);
        (_stages[0], _stages[_taped]) = (_stages[_taped], null);
        ReleaseLaterStages();
    }

    public void Rejected()
    {
        Release(_candidate);
        _candidate = null;
        ReleaseLaterStages();
    }

    /// <summary>The state at the time that was met, for the caller to own; the next step lies in the next interval.</summary>
    public Tensor[] Arrive()
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        if (++_interval < Knots.Length - 1)
        {
            _length.Dispose();
            _length = Length();
        }

        return Aliases(_state);
    }

    public void Dispose()
    {
        Release(_state);
        Release(_stages[0]);
        Rejected();
        _length.Dispose();
    }

    /// <summary>y + hΣ w_j k_j: of the evolving segments for a stage, of quadratures as well for the whole step.</summary>
    private Tensor[] Combine(double[] weights, bool ofStep)
    {
        var result = new Tensor[_state.Length];
        double share = (NextTime - _time) / (Knots[_interval + 1] - Knots[_interval]);
        var length = _length.to(_state[0].dtype).to(_state[0].device);
        for (int i = 0; i < result.Length; i++)
        {
            var role = _layout.Segments[i].Role;
            Tensor? sum = null;
            for (int j = 0; j < Math.Min(weights.Length, _taped) && (role == SegmentRole.Evolving || (ofStep && role == SegmentRole.Quadrature)); j++)
            {
                if (weights[j] != 0)
                {
                    using Scalar factor = share * weights[j];
                    sum = sum is null ? _stages[j]![i]!.mul(factor) : sum.add(_stages[j]![i]!, factor);
                }
            }

            result[i] = sum is null ? _state[i].alias() : _state[i].addcmul(sum, length, _one);
        }

        return result;
    }

    private Tensor?[] Rates(Tensor time, Tensor[] state)
    {
        var rates = _solve.Field.Express(time, state, _solve.Leaves);
        for (int i = 0; i < _layout.Segments.Count; i++)
        {
            bool isConstant = _layout.Segments[i].Role == SegmentRole.Constant;
            var rate = i < rates.Length ? rates[i] : null;
            if (!isConstant && (rate is null || rate.dtype != state[i].dtype || !rate.shape.AsSpan().SequenceEqual(_layout.Segments[i].Shape)))
            {
                throw new ArgumentException($"{_solve.Field.GetType().Name} gives {(rate is null ? "nothing" : $"{rate.dtype} [{string.Join(", ", rate.shape)}]")} as the derivative of ({_layout.Segments[i]}) in {state[i].dtype}; a derivative has the segment's shape and type.");
            }
        }

        return rates;
    }

    private void Write(Tensor?[] rates, FlatVector intoDerivative)
    {
        for (int i = 0; i < _layout.Segments.Count; i++)
        {
            if (_layout.Segments[i].Role != SegmentRole.Constant)
            {
                intoDerivative[i].copy_(rates[i]!);
            }
        }
    }

    /// <summary>T_{k+1} − T_k of the interval in work.</summary>
    private Tensor Length() => _solve.Times[_interval + 1].sub(_solve.Times[_interval]).DetachFromDisposeScope();

    private void ReleaseLaterStages()
    {
        for (int i = 1; i < _stages.Length; i++)
        {
            Release(_stages[i]);
            _stages[i] = null;
        }
    }

    private static Tensor[] Aliases(Tensor[] tensors) => Owned([.. tensors.Select(tensor => tensor.alias())]);

    /// <summary>Takes tensors out of the scope: they are released one by one.</summary>
    private static T[] Owned<T>(T[] tensors)
        where T : Tensor?
    {
        foreach (var tensor in tensors)
        {
            tensor?.DetachFromDisposeScope();
        }

        return tensors;
    }

    private static void Release(Tensor?[]? tensors)
    {
        foreach (var tensor in tensors ?? [])
        {
            tensor?.Dispose();
        }
    }
}
