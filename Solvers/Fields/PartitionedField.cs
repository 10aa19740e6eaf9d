using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Fields;

/// <summary>
/// A field of one segment [rows, columns, …] seen as one of two: the first half of the columns, or channels, and the second half. For methods that treat the
/// halves differently, such as <see cref="Steppers.SymplecticEuler"/>, which is what a RevNet computes.
/// </summary>
/// <remarks>Costs a copy of the state an evaluation. Undoing steps needs halves whose derivatives depend on the other half alone; this is not checked here.</remarks>
public sealed class PartitionedField : IDifferentiableField
{
    /// <summary>Splits a field.</summary>
    /// <param name="whole">A field of one evolving, batched segment of an even number of columns. Not owned.</param>
    /// <exception cref="ArgumentException">It has another layout.</exception>
    public PartitionedField(IDifferentiableField whole)
    {
        ArgumentNullException.ThrowIfNull(whole);
        var layout = whole.StateLayout(1);
        if (layout.Segments is not [{ Role: SegmentRole.Evolving, IsBatched: true, Shape.Length: >= 2 } segment] || segment.Shape[1] % 2 != 0 || segment.Shape[1] == 0)
        {
            throw new ArgumentException($"A field is split along its columns: it needs one evolving segment [rows, columns, …] of an even number of columns, and this one has ({layout}).", nameof(whole));
        }

        Whole = whole;
    }

    /// <summary>The field that is split. Not owned.</summary>
    public IDifferentiableField Whole { get; }

    /// <inheritdoc/>
    public FlatVector Parameters => Whole.Parameters;

    /// <inheritdoc/>
    public object WorkspaceKey => (typeof(PartitionedField), Whole.WorkspaceKey);

    /// <inheritdoc/>
    public VectorLayout StateLayout(long rows)
    {
        var segment = Whole.StateLayout(rows).Segments[0];
        long[] half = [rows, segment.Shape[1] / 2, .. segment.Shape[2..]];
        return new(new Segment($"{segment.Name}1", half) { IsBatched = true }, new Segment($"{segment.Name}2", half) { IsBatched = true });
    }

    /// <inheritdoc/>
    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new Workspace(Whole.CreateWorkspace(spec), Whole.StateLayout(spec.Rows), spec);
    }

    /// <inheritdoc/>
    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var (owner, inner) = (Tape)tape;
        Join(state, owner.In);
        Whole.Evaluate(time, owner.In, inner, owner.Out);
        Part(owner.Out, intoDerivative);
    }

    /// <inheritdoc/>
    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        var (owner, inner) = (Tape)tape;
        Join(cotangent, owner.In);
        Whole.Pullback(inner, owner.In, weight, owner.Out, intoGradient, intoTime);
        Part(owner.Out, intoState);
    }

    /// <inheritdoc/>
    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient) => Whole.AccumulateParameters(((Tape)tape).Inner, weight, intoGradient);

    private static void Join(FlatVector halves, FlatVector into)
    {
        ArgumentNullException.ThrowIfNull(halves);
        using var scope = NewDisposeScope();
        long half = halves[0].shape[1];
        into[0].narrow(1, 0, half).copy_(halves[0]);
        into[0].narrow(1, half, half).copy_(halves[1]);
    }

    private static void Part(FlatVector whole, FlatVector into)
    {
        ArgumentNullException.ThrowIfNull(into);
        using var scope = NewDisposeScope();
        long half = into[0].shape[1];
        into[0].copy_(whole[0].narrow(1, 0, half));
        into[1].copy_(whole[0].narrow(1, half, half));
    }

    private sealed class Workspace(FieldWorkspace inner, VectorLayout layout, WorkspaceSpec spec) : FieldWorkspace
    {
        public FlatVector In { get; } = new(layout, spec.DType, spec.Device);

        public FlatVector Out { get; } = new(layout, spec.DType, spec.Device);

        protected override FieldTape CreateTape() => new Tape(this, inner.RentTape());

        protected override void DisposeScratch()
        {
            inner.Dispose();
            In.Dispose();
            Out.Dispose();
        }
    }

    private sealed class Tape(Workspace owner, FieldTape inner) : FieldTape
    {
        public FieldTape Inner => inner;

        public override long Bytes => inner.Bytes;

        public void Deconstruct(out Workspace workspace, out FieldTape tape) => (workspace, tape) = (owner, inner);

        public override void Dispose() => inner.Dispose();
    }
}
