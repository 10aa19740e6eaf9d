using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Solvers;

/// <summary>
/// A nonlinear, time-dependent field with all three segment roles, in float64 and closed form:
/// ż_i = cos(t) Σ_j A_ij tanh(z_j) + c_i sin(z_i + t), q̇ = Σ_i w_i z_i² c_i + t·w_0; c is constant.
/// </summary>
internal sealed class RolesField : IAutogradField, IDisposable
{
    private const int Dim = 3;

    public RolesField(int seed)
    {
        Parameters = new(new VectorLayout(new Segment("A", Dim, Dim), new Segment("w", Dim)), torch.ScalarType.Float64);
        var random = new Random(seed);
        foreach (int segment in new[] { 0, 1 })
        {
            foreach (ref double value in Parameters.AsSpan<double>(segment))
            {
                value = random.NextDouble() - 0.5;
            }
        }
    }

    public FlatVector Parameters { get; }

    public object WorkspaceKey => this;

    /// <summary>Multiplies the pullback; anything but 1 breaks the gradient on purpose.</summary>
    public double PullbackFactor { get; init; } = 1;

    public VectorLayout StateLayout(long rows) => new(
        new Segment("z", rows, Dim) { IsBatched = true },
        new Segment("c", rows, Dim) { IsBatched = true, Role = SegmentRole.Constant },
        new Segment("q", rows) { IsBatched = true, Role = SegmentRole.Quadrature });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new Workspace((int)spec.Rows);

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var kept = (Tape)tape;
        kept.Time = time.Shared;
        state.AsSpan<double>(0).CopyTo(kept.Z);
        state.AsSpan<double>(1).CopyTo(kept.C);
        var a = Parameters.AsSpan<double>(0);
        var w = Parameters.AsSpan<double>(1);
        var dz = intoDerivative.AsSpan<double>(0);
        var dq = intoDerivative.AsSpan<double>(2);
        for (int row = 0; row < dq.Length; row++)
        {
            dq[row] = kept.Time * w[0];
            for (int i = 0; i < Dim; i++)
            {
                double z = kept.Z[(row * Dim) + i], c = kept.C[(row * Dim) + i], sum = 0;
                for (int j = 0; j < Dim; j++)
                {
                    sum += a[(i * Dim) + j] * Math.Tanh(kept.Z[(row * Dim) + j]);
                }

                dz[(row * Dim) + i] = (Math.Cos(kept.Time) * sum) + (c * Math.Sin(z + kept.Time));
                dq[row] += w[i] * z * z * c;
            }
        }
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        var kept = (Tape)tape;
        var a = Parameters.AsSpan<double>(0);
        var w = Parameters.AsSpan<double>(1);
        cotangent.AsSpan<double>(0).CopyTo(kept.BarZ);
        cotangent.AsSpan<double>(2).CopyTo(kept.BarQ);
        var barZ = intoState.AsSpan<double>(0);
        var barC = intoState.AsSpan<double>(1);
        double byTime = 0;
        for (int row = 0; row < kept.BarQ.Length; row++)
        {
            byTime += kept.BarQ[row] * w[0];
            for (int i = 0; i < Dim; i++)
            {
                int at = (row * Dim) + i;
                double z = kept.Z[at], c = kept.C[at], slope = 1 - Math.Pow(Math.Tanh(z), 2), through = 0, sum = 0;
                for (int k = 0; k < Dim; k++)
                {
                    through += a[(k * Dim) + i] * kept.BarZ[(row * Dim) + k];
                    sum += a[(i * Dim) + k] * Math.Tanh(kept.Z[(row * Dim) + k]);
                }

                barZ[at] = PullbackFactor * ((Math.Cos(kept.Time) * through * slope) + (kept.BarZ[at] * c * Math.Cos(z + kept.Time)) + (kept.BarQ[row] * w[i] * 2 * z * c));
                barC[at] = (kept.BarZ[at] * Math.Sin(z + kept.Time)) + (kept.BarQ[row] * w[i] * z * z);
                byTime += kept.BarZ[at] * ((-Math.Sin(kept.Time) * sum) + (c * Math.Cos(z + kept.Time)));
            }
        }

        if (weight != 0)
        {
            AccumulateParameters(tape, weight, intoGradient);
        }

        using Scalar time = byTime; // an implicit one could be collected before it is read
        intoTime?.fill_(time);
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        var kept = (Tape)tape;
        var barA = intoGradient.AsSpan<double>(0);
        var barW = intoGradient.AsSpan<double>(1);
        for (int row = 0; row < kept.BarQ.Length; row++)
        {
            barW[0] += weight * kept.BarQ[row] * kept.Time;
            for (int i = 0; i < Dim; i++)
            {
                double z = kept.Z[(row * Dim) + i];
                barW[i] += weight * kept.BarQ[row] * z * z * kept.C[(row * Dim) + i];
                for (int j = 0; j < Dim; j++)
                {
                    barA[(i * Dim) + j] += weight * kept.BarZ[(row * Dim) + i] * Math.Cos(kept.Time) * Math.Tanh(kept.Z[(row * Dim) + j]);
                }
            }
        }
    }

    public ParameterLeaves CreateLeaves() => ParameterLeaves.CopyOf(Parameters);

    public torch.Tensor?[] Express(torch.Tensor time, IReadOnlyList<torch.Tensor> state, ParameterLeaves leaves)
    {
        var (z, c, a, w) = (state[0], state[1], leaves.Tensors[0], leaves.Tensors[1]);
        var dz = (z.tanh().mm(a.t()) * time.cos()).Plus(c * z.Plus(time).sin());
        return [dz, null, (w * z * z * c).sum([1L]).Plus(time * w[0])];
    }

    public void Dispose() => Parameters.Dispose();

    private sealed class Workspace(int rows) : FieldWorkspace
    {
        protected override FieldTape CreateTape() => new Tape(rows);

        protected override void DisposeScratch()
        {
        }
    }

    private sealed class Tape(int rows) : FieldTape
    {
        public double Time { get; set; }

        public double[] Z { get; } = new double[rows * Dim];

        public double[] C { get; } = new double[rows * Dim];

        public double[] BarZ { get; } = new double[rows * Dim];

        public double[] BarQ { get; } = new double[rows];

        public override long Bytes => 8 * (Z.Length + C.Length + BarZ.Length + BarQ.Length);

        public override void Dispose()
        {
        }
    }
}
