using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Solvers;

/// <summary>ż = f(t, z, θ) for one row of one column and one parameter, in float64, given f, ∂f/∂z and ∂f/∂θ.</summary>
internal sealed class ScalarField : IDifferentiableField, IDisposable
{
    private readonly Func<double, double, double, double> _f;
    private readonly Func<double, double, double, double> _byState;
    private readonly Func<double, double, double, double> _byParameter;

    public ScalarField(double parameter, Func<double, double, double, double> f, Func<double, double, double, double> byState, Func<double, double, double, double> byParameter)
    {
        (_f, _byState, _byParameter) = (f, byState, byParameter);
        Parameters = new(new VectorLayout(new Segment("parameter", 1)), torch.ScalarType.Float64);
        Parameters.AsSpan<double>(0)[0] = parameter;
    }

    public FlatVector Parameters { get; }

    public object WorkspaceKey => this;

    private double Parameter => Parameters.AsSpan<double>(0)[0];

    public VectorLayout StateLayout(long rows) => new(new Segment("z", rows, 1) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new Workspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var kept = (Tape)tape;
        (kept.Time, kept.State) = (time.Shared, state.AsSpan<double>(0)[0]);
        intoDerivative.AsSpan<double>(0)[0] = _f(kept.Time, kept.State, Parameter);
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        var kept = (Tape)tape;
        kept.Cotangent = cotangent.AsSpan<double>(0)[0];
        intoState.AsSpan<double>(0)[0] = kept.Cotangent * _byState(kept.Time, kept.State, Parameter);
        if (weight != 0)
        {
            AccumulateParameters(tape, weight, intoGradient);
        }
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        var kept = (Tape)tape;
        intoGradient.AsSpan<double>(0)[0] += weight * kept.Cotangent * _byParameter(kept.Time, kept.State, Parameter);
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

        public double State { get; set; }

        public double Cotangent { get; set; }

        public override long Bytes => 24;

        public override void Dispose()
        {
        }
    }
}
