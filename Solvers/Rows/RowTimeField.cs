using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Rows;

/// <summary>
/// A field on a clock s that runs from 0 to 1 while each row goes through a step of its own: dy/ds = h f(t + s h, y), with t and h of the row. So any one-step
/// method makes the steps of all rows at once, and its pullback pulls them back. A row whose h is 0 stands still.
/// </summary>
internal sealed class RowTimeField : IDifferentiableField, IDisposable
{
    private readonly IVectorField _field;
    private readonly IDisposable? _owned;
    private readonly Tensor _steps;
    private readonly double[] _times;
    private readonly double[] _nextTimes;
    private FlatVector? _scaled;

    /// <param name="field">The field of these rows.</param>
    /// <param name="state">A state of these rows.</param>
    /// <param name="owned">What is disposed with this field, or null.</param>
    public RowTimeField(IVectorField field, FlatVector state, IDisposable? owned)
    {
        _owned = owned;
        int rows = (int)state.Layout.Rows;
        (_field, _times, _nextTimes) = (field, new double[rows], new double[rows]);
        _steps = zeros(rows, dtype: state.DType, device: state.Device).DetachFromDisposeScope();
    }

    public object WorkspaceKey => _field.WorkspaceKey;

    public FlatVector Parameters => Differentiable.Parameters;

    /// <summary>The field that steps go through.</summary>
    public IVectorField Inner => _field;

    private IDifferentiableField Differentiable => (IDifferentiableField)_field;

    public VectorLayout StateLayout(long rows) => _field.StateLayout(rows);

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => _field.CreateWorkspace(spec);

    /// <summary>Says where each row's step starts and ends.</summary>
    public void SetSteps(ReadOnlySpan<double> times, ReadOnlySpan<double> nextTimes)
    {
        times.CopyTo(_times);
        nextTimes.CopyTo(_nextTimes);
        var lengths = new double[_times.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = nextTimes[i] - times[i];
        }

        using var steps = tensor(lengths);
        _steps.copy_(steps);
    }

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        using var scope = NewDisposeScope();
        double s = time.Shared;
        var at = new double[_times.Length];
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = s == 1 ? _nextTimes[i] : _times[i] + (s * (_nextTimes[i] - _times[i]));
        }

        _field.Evaluate(new(tensor(at, dtype: ScalarType.Float64, device: state.Device)), state, tape, intoDerivative);
        Scale(intoDerivative, segment => segment.Role != SegmentRole.Constant);
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        using var scope = NewDisposeScope();
        _scaled ??= cotangent.CreateLike();
        _scaled.CopyFrom(cotangent);
        Scale(_scaled, _ => true);
        Differentiable.Pullback(tape, _scaled, weight, intoState, intoGradient);
        using Scalar zero = 0.0;
        intoTime?.fill_(zero); // s is nobody's variable
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient) => Differentiable.AccumulateParameters(tape, weight, intoGradient);

    public void Dispose()
    {
        _steps.Dispose();
        _scaled?.Dispose();
        _owned?.Dispose();
    }

    private void Scale(FlatVector vector, Func<Segment, bool> counts)
    {
        for (int i = 0; i < vector.Layout.Segments.Count; i++)
        {
            var segment = vector.Layout.Segments[i];
            if (counts(segment))
            {
                vector[i].mul_(_steps.view([_times.Length, .. Enumerable.Repeat(1L, segment.Shape.Length - 1)]));
            }
        }
    }
}
