using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Solvers;

/// <summary>ż = −λz, one column, float64; λ is the only parameter.</summary>
internal sealed class DecayField : IDifferentiableField, IDisposable
{
    public DecayField(double rate)
    {
        Parameters = new(new VectorLayout(new Segment("rate", 1)), torch.ScalarType.Float64);
        Parameters.AsSpan<double>(0)[0] = rate;
    }

    public FlatVector Parameters { get; }

    public object WorkspaceKey => this;

    /// <summary>Tapes that were made and not disposed.</summary>
    public int LiveTapes { get; private set; }

    private double Rate => Parameters.AsSpan<double>(0)[0];

    public VectorLayout StateLayout(long rows) => new(new Segment("z", rows, 1) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new Workspace(this, (int)spec.Rows);

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        state.AsSpan<double>(0).CopyTo(((Tape)tape).State);
        Scale(-Rate, state, intoDerivative);
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        cotangent.AsSpan<double>(0).CopyTo(((Tape)tape).Cotangent);
        Scale(-Rate, cotangent, intoState);
        AccumulateParameters(tape, weight, intoGradient);
        intoTime?.zero_();
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        var kept = (Tape)tape;
        intoGradient.AsSpan<double>(0)[0] -= weight * kept.State.Zip(kept.Cotangent, (z, c) => z * c).Sum();
    }

    public void Dispose() => Parameters.Dispose();

    private static void Scale(double factor, FlatVector from, FlatVector into)
    {
        var source = from.AsSpan<double>(0);
        var target = into.AsSpan<double>(0);
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = factor * source[i];
        }
    }

    private sealed class Workspace(DecayField field, int rows) : FieldWorkspace
    {
        protected override FieldTape CreateTape() => new Tape(field, rows);

        protected override void DisposeScratch()
        {
        }
    }

    private sealed class Tape : FieldTape
    {
        private readonly DecayField _field;

        public Tape(DecayField field, int rows)
        {
            (_field, State, Cotangent) = (field, new double[rows], new double[rows]);
            _field.LiveTapes++;
        }

        public double[] State { get; }

        public double[] Cotangent { get; }

        public override long Bytes => 16 * State.Length;

        public override void Dispose() => _field.LiveTapes--;
    }
}
