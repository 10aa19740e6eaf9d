using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
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

    private static (double Whole, double Worst, double Loss) Errors(IAdjoint adjoint, ScalarType dtype, int steps)
    {
        using var scope = NewDisposeScope();
        var standardize = new Standardize([0.3, -0.2], [1.7, 0.6]);
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [32, 32] }, standardize);
        using var parameters = model.CreateParameters(TestFlows.Source, dtype, CPU);
        var settings = TestFlows.Steps(steps, new ExactTrace()) with { Adjoint = adjoint, Regularizers = [KnownRegularizers.Named("kinetic-energy")], TapeBytes = 300_000 };
        var flow = model.Bind(parameters, settings);
        var data = TestFlows.Normal(Rows, 2, dtype);
        using var gradient = parameters.CreateLike();
        using var batch = new TrainingBatch(data.clone(), [.. Enumerable.Range(0, Rows).Select(i => (long)i)]);
        var result = new NegativeLogLikelihood([EnergyWeight]).Evaluate(flow, batch, TestFlows.Draw(Rows), Rows, gradient);

        var options = new MlpOptions { Dimension = 2, Hidden = [32, 32] };
        var oracle = new MlpOracle(options, parameters.Slice(options.ParameterLayout, 0));
        var (loss, expected) = Oracle(oracle, data.to(ScalarType.Float64), standardize, steps);
        double difference = 0, norm = 0, worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double d = (gradient[i].to(ScalarType.Float64) - expected[i]).norm().item<double>(), n = expected[i].norm().item<double>();
            (difference, norm, worst) = (difference + (d * d), norm + (n * n), Math.Max(worst, d / n));
        }

        return (Math.Sqrt(difference / norm), worst, Math.Abs(result.Loss - loss) / Math.Abs(loss));
    }

    private static (double Loss, Tensor[] Gradient) Oracle(MlpOracle network, Tensor data, Standardize standardize, int steps)
    {
        var tableau = Dopri5.Tableau;
        double time = 1, step = 1.0 / steps;
        var z = (data - tensor(standardize.Mean.ToArray())) / tensor(standardize.Scale.ToArray());
        var (delta, energy) = (zeros(Rows, dtype: ScalarType.Float64) + standardize.Shift, zeros(Rows, dtype: ScalarType.Float64));
        for (int n = 0; n < steps; n++)
        {
            double next = n == steps - 1 ? 0 : time - step, h = next - time;
            var stages = new List<(Tensor F, Tensor Trace, Tensor Energy)>();
            for (int i = 0; i < 6; i++)
            {
                var y = z;
                for (int j = 0; j < i; j++)
                {
                    y = y + (stages[j].F * (h * tableau.A[i][j]));
                }

                stages.Add(Field(network, tableau.C[i] == 1 ? next : time + (tableau.C[i] * h), y));
            }

            for (int i = 0; i < 6; i++)
            {
                z = z + (stages[i].F * (h * tableau.B[i]));
                delta = delta - (stages[i].Trace * (h * tableau.B[i]));
                energy = energy + (stages[i].Energy * (h * tableau.B[i]));
            }

            time = next;
        }

        var logDensity = ((z * z).sum([1L]) * -0.5) - Math.Log(2 * Math.PI) - delta;
        var loss = (energy * EnergyWeight).mean() - logDensity.mean();
        return (loss.item<double>(), OracleDerivatives.Gradients(loss, network.Parameters));
    }

    private static (Tensor F, Tensor Trace, Tensor Energy) Field(MlpOracle network, double time, Tensor y)
    {
        var state = y.requires_grad ? y : y.clone().requires_grad_();
        var f = network.Forward(tensor(time, dtype: ScalarType.Float64), state);
        var trace = zeros(Rows, dtype: ScalarType.Float64);
        for (int i = 0; i < 2; i++)
        {
            var unit = zeros_like(f);
            unit.select(1, i).fill_(1);
            trace = trace + OracleDerivatives.Vjp(f, state, unit).select(1, i);
        }

        return (f, trace, (f * f).mean([1L]) * 0.5);
    }
}
