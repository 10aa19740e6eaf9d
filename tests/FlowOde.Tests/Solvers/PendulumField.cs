using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Solvers;

/// <summary>A driven pendulum, one row, float64: q' = p, p' = −θ0 sin q + θ1 cos t.</summary>
internal sealed class PendulumField : IDifferentiableField, IDisposable
{
    public PendulumField(double gravity = 1.3, double drive = 0.4)
    {
        Parameters = new(new VectorLayout(new Segment("theta", 2)), torch.ScalarType.Float64);
        (Parameters.AsSpan<double>()[0], Parameters.AsSpan<double>()[1]) = (gravity, drive);
    }

    public FlatVector Parameters { get; }

    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(new Segment("q", rows) { IsBatched = true }, new Segment("p", rows) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new Workspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var kept = (Tape)tape;
        (kept.Time, kept.Q) = (time.Shared, state.AsSpan<double>(0)[0]);
        var theta = Parameters.AsSpan<double>();
        intoDerivative.AsSpan<double>(0)[0] = state.AsSpan<double>(1)[0];
        intoDerivative.AsSpan<double>(1)[0] = (-theta[0] * Math.Sin(kept.Q)) + (theta[1] * Math.Cos(kept.Time));
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        var kept = (Tape)tape;
        var theta = Parameters.AsSpan<double>();
        (double barQ, kept.BarP) = (cotangent.AsSpan<double>(0)[0], cotangent.AsSpan<double>(1)[0]);
        intoState.AsSpan<double>(0)[0] = -theta[0] * Math.Cos(kept.Q) * kept.BarP;
        intoState.AsSpan<double>(1)[0] = barQ;
        intoTime?.Fill(-theta[1] * Math.Sin(kept.Time) * kept.BarP);
        if (weight != 0)
        {
            AccumulateParameters(tape, weight, intoGradient);
        }
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        var kept = (Tape)tape;
        intoGradient.AsSpan<double>()[0] -= weight * kept.BarP * Math.Sin(kept.Q);
        intoGradient.AsSpan<double>()[1] += weight * kept.BarP * Math.Cos(kept.Time);
    }

    public void Dispose() => Parameters.Dispose();

    private sealed class Workspace : FieldWorkspace
    {
        protected override FieldTape CreateTape() => new Tape();

        protected override void DisposeScratch()
        {
        }
    }

    private sealed class Tape : FieldTape
    {
        public double Time { get; set; }

        public double Q { get; set; }

        public double BarP { get; set; }

        public override long Bytes => 24;

        public override void Dispose()
        {
        }
    }
}
