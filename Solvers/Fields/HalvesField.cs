using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Fields;

/// <summary>
/// ẋ1 = F(t, x2), ẋ2 = G(t, x1) with a module for each half: the field of a RevNet. Methods that read one half at a time, as <see cref="Steppers.SymplecticEuler"/> does, evaluate one module at a time.
/// </summary>
/// <remarks>The modules' parameters become views of one flat vector, F's first. The field does not own the modules, but the parameters' memory from now on.</remarks>
public sealed class HalvesField : IHalvedField, IDisposable
{
    private readonly ModuleField[] _halves;
    private readonly long[] _offsets;

    /// <summary>Takes the modules' parameters onto a flat vector.</summary>
    /// <param name="first">F: maps a time [] and x2 [rows, …] to dx1/dt of the same shape.</param>
    /// <param name="second">G: maps a time [] and x1 to dx2/dt.</param>
    /// <param name="rowShape">The shape of one row of a half.</param>
    /// <exception cref="ArgumentException">The parameters are of several types or devices.</exception>
    public HalvesField(nn.Module<Tensor, Tensor, Tensor> first, nn.Module<Tensor, Tensor, Tensor> second, params long[] rowShape)
    {
        using ModuleField f = new(first, rowShape), g = new(second, rowShape); // their memory is left for the common one
        if (f.Parameters.DType != g.Parameters.DType || f.Parameters.Device.ToString() != g.Parameters.Device.ToString())
        {
            throw new ArgumentException($"The first module's parameters are {f.Parameters.DType} on {f.Parameters.Device}, the second's {g.Parameters.DType} on {g.Parameters.Device}; they must share one type and device.", nameof(second));
        }

        _offsets = [0, f.Parameters.Layout.Length];
        Parameters = new(VectorLayout.Concatenate(("first.", f.Parameters.Layout), ("second.", g.Parameters.Layout)), f.Parameters.DType, f.Parameters.Device);
        _halves = [new(first, Parameters.Slice(f.Parameters.Layout, 0), rowShape), new(second, Parameters.Slice(g.Parameters.Layout, _offsets[1]), rowShape)];
    }

    /// <summary>F and G.</summary>
    public IReadOnlyList<nn.Module<Tensor, Tensor, Tensor>> Modules => [_halves[0].Module, _halves[1].Module];

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public object WorkspaceKey => this;

    /// <inheritdoc/>
    public VectorLayout StateLayout(long rows)
    {
        long[] shape = HalfLayout(rows).Segments[0].Shape;
        return new(new Segment("x1", shape) { IsBatched = true }, new Segment("x2", shape) { IsBatched = true });
    }

    /// <inheritdoc/>
    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new Workspace([.. _halves.Select(half => half.CreateWorkspace(spec))], spec);
    }

    /// <inheritdoc/>
    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        EvaluateHalf(0, time, state, tape, intoDerivative);
        EvaluateHalf(1, time, state, tape, intoDerivative);
        ((Tape)tape).Half = null;
    }

    /// <inheritdoc/>
    public void EvaluateHalf(int half, EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(intoDerivative);
        var kept = (Tape)tape;
        _halves[half].Evaluate(time, Part(state, 1 - half), kept.Inner[half], Part(intoDerivative, half));
        kept.Half = half;
    }

    /// <inheritdoc/>
    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoState);
        var kept = (Tape)tape;
        using var noGradient = no_grad();
        intoTime?.copy_(kept.NoTime);
        for (int half = 0; half < 2; half++)
        {
            if (kept.Half is { } one && one != half)
            {
                Part(intoState, 1 - half).Clear();
                continue;
            }

            _halves[half].Pullback(kept.Inner[half], Part(cotangent, half), weight, Part(intoState, 1 - half), Gradient(intoGradient, half), intoTime is null ? null : kept.Time);
            using TorchSharp.Scalar whole = 1.0; // an implicit one may be freed during the call
            intoTime?.add_(kept.Time, whole);
        }
    }

    /// <inheritdoc/>
    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        var kept = (Tape)tape;
        for (int half = 0; half < 2; half++)
        {
            if (kept.Half is null || kept.Half == half)
            {
                _halves[half].AccumulateParameters(kept.Inner[half], weight, Gradient(intoGradient, half));
            }
        }
    }

    /// <summary>Frees the parameters' memory; the modules cannot be used afterwards.</summary>
    public void Dispose() => Parameters.Dispose();

    private VectorLayout HalfLayout(long rows) => _halves[0].StateLayout(rows);

    private FlatVector Part(FlatVector state, int half) => state.Slice(HalfLayout(state.Layout.Rows), state.Layout.Segments[half].Offset);

    private FlatVector Gradient(FlatVector gradient, int half)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return gradient.Slice(_halves[half].Parameters.Layout, _offsets[half]);
    }

    private sealed class Workspace(FieldWorkspace[] inner, WorkspaceSpec spec) : FieldWorkspace
    {
        private readonly FlatVector _times = new(new VectorLayout(new Segment("none", 1), new Segment("time", 1)), spec.DType, spec.Device);

        protected override FieldTape CreateTape() => new Tape([.. inner.Select(half => half.RentTape())], _times);

        protected override void DisposeScratch()
        {
            Array.ForEach(inner, half => half.Dispose());
            _times.Dispose();
        }
    }

    private sealed class Tape(FieldTape[] inner, FlatVector times) : FieldTape
    {
        public FieldTape[] Inner => inner;

        public int? Half { get; set; }

        public Tensor NoTime => times[0];

        public Tensor Time => times[1];

        public override long Bytes => inner.Sum(half => half.Bytes);

        public override void Dispose() => Array.ForEach(inner, half => half.Dispose());
    }
}
