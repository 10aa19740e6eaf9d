using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Tableaus;
using FlowOde.Tests.Flows.Composition;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Objectives;

/// <summary>The gradient of the whole loss against autograd through the unrolled solve, double backward for the trace, in float64.</summary>
public class GradientOracleTests
{
    private const int Rows = 24;
    private const double EnergyWeight = 0.1;

    public static TheoryData<string, string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, int>();
            foreach (string adjoint in new[] { "direct", "checkpointed", "auto" })
            {
                cases.Add(adjoint, "float64", 10);
                cases.Add(adjoint, "float32", 10);
            }

            cases.Add("auto", "float64", 40);
            cases.Add("auto", "float32", 40);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_WithADiscreteMethod_HasAutogradsGradientToRoundOff(string adjoint, string type, int steps)
    {
        var dtype = type == "float64" ? ScalarType.Float64 : ScalarType.Float32;
        var (whole, worst, loss) = Errors(AdjointCatalog.Find(adjoint)!, dtype, steps);
        Assert.InRange(whole, 0, dtype == ScalarType.Float64 ? 1e-14 : 1e-6);
        Assert.InRange(worst, 0, dtype == ScalarType.Float64 ? 1e-12 : 1e-5);
        Assert.InRange(loss, 0, dtype == ScalarType.Float64 ? 1e-14 : 1e-6);
    }

    [Fact]
    public void Evaluate_WithBacksolve_HasTheGradientToTheErrorOfTheSteps()
    {
        double coarse = Errors(new BacksolveAdjoint(), ScalarType.Float64, 10).Whole, fine = Errors(new BacksolveAdjoint(), ScalarType.Float64, 20).Whole;
        Assert.InRange(fine, 1e-15, 1e-6);
        Assert.InRange(coarse / fine, 16, 200); // order 5: 32
    }

    /// <summary>Probes are constants of the solve, blocks a chain of solves; neither and no activation changes what the gradient is held to.</summary>
    [Theory]
    [InlineData("sine", 1, 0)]
    [InlineData("swish", 1, 1)]
    [InlineData("tanh", 2, 1)]
    [InlineData("sine", 2, 3)]
    public void Evaluate_WithAnyActivationBlocksAndProbes_HasAutogradsGradientToRoundOff(string activation, int blocks, int probes)
    {
        var (whole, worst, loss) = Errors(new AutoAdjoint(), ScalarType.Float64, 20 / blocks, activation, blocks, probes);
        Assert.InRange(whole, 0, 1e-13);
        Assert.InRange(worst, 0, 1e-11);
        Assert.InRange(loss, 0, 1e-13);
    }

    /// <summary>Relative distances of the gradient as a whole, of its worst segment, and of the loss.</summary>
    /// <param name="adjoint">The gradient method.</param>
    /// <param name="dtype">The type of the solve that is tested.</param>
    /// <param name="steps">Steps of each block.</param>
    /// <param name="activation">The activation.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="probes">Number of Hutchinson probes, or 0 for the exact trace.</param>
    private static (double Whole, double Worst, double Loss) Errors(IAdjoint adjoint, ScalarType dtype, int steps, string activation = "tanh", int blocks = 1, int probes = 0)
    {
        using var scope = NewDisposeScope();
        var standardize = new Standardize([0.3, -0.2], [1.7, 0.6]);
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [32, 32], Activation = activation, Blocks = blocks }, standardize);
        using var parameters = model.CreateParameters(TestFlows.Source, dtype, CPU);
        ITraceEstimator trace = probes == 0 ? new ExactTrace() : new HutchinsonTrace(probes);
        var settings = TestFlows.Steps(steps, trace) with { Adjoint = adjoint, Regularizers = [KnownRegularizers.Named("kinetic-energy")], TapeBytes = 1_500_000 * blocks };
        var flow = model.Bind(parameters, settings);
        var data = TestFlows.Normal(Rows, 2, dtype);
        using var gradient = parameters.CreateLike();
        using var batch = new TrainingBatch(data.clone(), [.. Enumerable.Range(0, Rows).Select(i => (long)i)]);
        var result = new NegativeLogLikelihood([EnergyWeight]).Evaluate(flow, batch, TestFlows.Draw(Rows), Rows, gradient);

        var options = new MlpOptions { Dimension = 2, Hidden = [32, 32], Activation = KnownActivations.Named(activation) };
        long length = options.ParameterLayout.Length;
        var oracles = Enumerable.Range(0, blocks).Select(block => new OracleBlock(
            new MlpOracle(options, parameters.Slice(options.ParameterLayout, block * length)),
            probes == 0 ? UnitVectors() : Probes(trace, block, probes))).ToArray();
        var (loss, expected) = Oracle(oracles, data.to(ScalarType.Float64), standardize, steps);
        double difference = 0, norm = 0, worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double d = (gradient[i].to(ScalarType.Float64) - expected[i]).norm().item<double>(), n = expected[i].norm().item<double>();
            (difference, norm, worst) = (difference + (d * d), norm + (n * n), Math.Max(worst, d / n));
        }

        return (Math.Sqrt(difference / norm), worst, Math.Abs(result.Loss - loss) / Math.Abs(loss));
    }

    private static (double Loss, Tensor[] Gradient) Oracle(OracleBlock[] blocks, Tensor data, Standardize standardize, int steps)
    {
        var z = (data - tensor(standardize.Mean.ToArray())) / tensor(standardize.Scale.ToArray());
        var (delta, energy) = (zeros(Rows, dtype: ScalarType.Float64).Plus(standardize.Shift), zeros(Rows, dtype: ScalarType.Float64));
        foreach (var block in blocks)
        {
            (z, delta, energy) = Solve(block, z, delta, energy, steps);
        }

        var logDensity = (z * z).sum([1L]).Times(-0.5).Minus(Math.Log(2 * Math.PI)) - delta;
        var loss = energy.Times(EnergyWeight).mean() - logDensity.mean();
        return (loss.item<double>(), OracleDerivatives.Gradients(loss, blocks.SelectMany(block => block.Network.Parameters)));
    }

    private static (Tensor Z, Tensor Delta, Tensor Energy) Solve(OracleBlock block, Tensor z, Tensor delta, Tensor energy, int steps)
    {
        var tableau = Dopri5.Tableau;
        double time = 1, step = 1.0 / steps;
        for (int n = 0; n < steps; n++)
        {
            double next = n == steps - 1 ? 0 : time - step, h = next - time;
            var stages = new List<(Tensor F, Tensor Trace, Tensor Energy)>();
            for (int i = 0; i < 6; i++)
            {
                var y = z;
                for (int j = 0; j < i; j++)
                {
                    y = y.Plus(stages[j].F.Times(h * tableau.A[i][j]));
                }

                stages.Add(Field(block, tableau.C[i] == 1 ? next : time + (tableau.C[i] * h), y));
            }

            for (int i = 0; i < 6; i++)
            {
                z = z.Plus(stages[i].F.Times(h * tableau.B[i]));
                delta = delta - stages[i].Trace.Times(h * tableau.B[i]);
                energy = energy.Plus(stages[i].Energy.Times(Math.Abs(h) * tableau.B[i])); // an integral over |dt|
            }

            time = next;
        }

        return (z, delta, energy);
    }

    private static (Tensor F, Tensor Trace, Tensor Energy) Field(OracleBlock block, double time, Tensor y)
    {
        var state = y.requires_grad ? y : y.clone().requires_grad_();
        var f = block.Network.Forward(tensor(time, dtype: ScalarType.Float64), state);
        var trace = zeros(Rows, dtype: ScalarType.Float64);
        for (int i = 0; i < block.Directions.shape[0]; i++)
        {
            trace = trace.Plus((OracleDerivatives.Vjp(f, state, block.Directions[i]) * block.Directions[i]).sum([1L]));
        }

        return (f, trace, (f * f).mean([1L]).Times(0.5));
    }

    private static Tensor UnitVectors() => stack(Enumerable.Range(0, 2).Select(i => eye(2, dtype: ScalarType.Float64)[i].expand(Rows, 2)));

    private static Tensor Probes(ITraceEstimator trace, int block, int probes)
    {
        var draw = TestFlows.Draw(Rows);
        using var directions = trace.Draw(draw.Rows, 2, draw.ForPart(block), ScalarType.Float64);
        return directions.Values.Over(Math.Sqrt(probes));
    }

    /// <summary>One block: its network, and directions e, [directions, rows, 2], whose Σ eeᵀ is the identity or has it as mean.</summary>
    private sealed record OracleBlock(MlpOracle Network, Tensor Directions);
}
