using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

public sealed class CnfDynamicsTests
{
    private const double Time = 0.37;
    private const double TraceWeight = 1.75;

    public static TheoryData<string, string, string> Configurations()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var layer in KnownLayers.OfMatrices)
        {
            foreach (var activation in KnownActivations.All)
            {
                foreach (string trace in (string[])["exact", "one probe", "three normal probes"])
                {
                    data.Add(layer.Name, activation.Name, trace);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void EvaluateAndPullback_InDouble_AgreeWithAutograd(string layer, string activation, string trace) =>
        Compare(layer, activation, trace, ScalarType.Float64, 1e-11, [7, 9]);

    [Theory]
    [MemberData(nameof(Configurations))]
    public void EvaluateAndPullback_InSingle_AgreeWithAutogradInDouble(string layer, string activation, string trace) =>
        Compare(layer, activation, trace, ScalarType.Float32, 1e-5, [19, 16]);

    /// <summary>Hidden layers whose width in memory is rounded up, behind each other and beside one that is not.</summary>
    [Theory]
    [InlineData("softplus", ScalarType.Float64, 1e-11)]
    [InlineData("softplus", ScalarType.Float32, 1e-5)]
    [InlineData("swish-learned", ScalarType.Float64, 1e-11)]
    [InlineData("swish-learned", ScalarType.Float32, 1e-5)]
    public void EvaluateAndPullback_WithWideLayers_AgreeWithAutograd(string activation, ScalarType dtype, double tolerance)
    {
        Assert.Equal([3L, 144, 208, 20, 144, 3], new MlpOptions { Dimension = 3, Hidden = [130, 203, 20, 141] }.Sizes.Stored.Widths);
        foreach (var layer in KnownLayers.OfMatrices)
        {
            Compare(layer.Name, activation, "exact", dtype, tolerance, [130, 203, 20, 141]);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-11)]
    [InlineData(ScalarType.Float32, 1e-5)]
    public void SampleField_WithoutTangents_AgreesWithAutograd(ScalarType dtype, double tolerance)
    {
        foreach (var layer in KnownLayers.OfMatrices)
        {
            foreach (var activation in KnownActivations.All)
            {
                using var scope = NewDisposeScope();
                var options = new MlpOptions { Dimension = 3, Hidden = [19, 16], LayerType = layer, Activation = activation };
                using var parameters = SeededDraws.Parameters(options, 3, dtype);
                var field = new CnfDynamics(new MlpNetwork(options, parameters), new ExactTrace()).SampleField;
                using var run = new FieldRun(field, SeededDraws.Vector(field.StateLayout(5), 4, dtype), Time, SeededDraws.Vector(field.StateLayout(5), 5, dtype), TraceWeight);
                Compare(options, parameters, run, tolerance, (f, _, _) => (run.Cotangent[0].to(ScalarType.Float64) * f).sum(), f => [f]);
            }
        }
    }

    private static void Compare(string layer, string activation, string trace, ScalarType dtype, double tolerance, long[] hidden)
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = 3, Hidden = hidden, LayerType = KnownLayers.Named(layer), Activation = KnownActivations.Named(activation) };
        using var parameters = SeededDraws.Parameters(options, 3, dtype);
        ITraceEstimator estimator = trace switch
        {
            "exact" => new ExactTrace(),
            "one probe" => new HutchinsonTrace(),
            _ => new HutchinsonTrace(3, ProbeDistribution.Gaussian),
        };
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), estimator, KnownRegularizers.All);
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(5), SeededDraws.Stream(11));
        var field = dynamics.ForSolve(directions);
        using var run = new FieldRun(field, SeededDraws.Vector(field.StateLayout(5), 4, dtype), Time, SeededDraws.Vector(field.StateLayout(5), 5, dtype), TraceWeight);
        var e = directions.Values.to(ScalarType.Float64);
        Tensor[] Channels(Tensor f, Tensor z)
        {
            var products = stack(Enumerable.Range(0, directions.Count).Select(k => OracleDerivatives.Jvp(f, z, e[k].clone())));
            double w = directions.Weight;
            return [f, (-(products * e).sum([0L, 2L])).Times(w), (f * f).mean([1L]).Times(0.5), (products * products).sum([0L]).mean([1L]).Times(w)];
        }

        Tensor[]? channels = null;
        Compare(
            options,
            parameters,
            run,
            tolerance,
            (f, z, _) =>
            {
                channels = Channels(f, z);
                return channels.Select((channel, i) => (channel * run.Cotangent[i].to(ScalarType.Float64)).sum()).Aggregate((a, b) => a.Plus(b));
            },
            _ => channels!);
    }

    private static void Compare(MlpOptions options, FlatVector parameters, FieldRun run, double tolerance, Func<Tensor, Tensor, Tensor, Tensor> scalar, Func<Tensor, Tensor[]> rates)
    {
        var oracle = new MlpOracle(options, parameters);
        var z = run.State[0].to(ScalarType.Float64).clone().detach().requires_grad_();
        var time = tensor(Time, ScalarType.Float64).requires_grad_();
        var f = oracle.Forward(time, z);
        var objective = scalar(f, z, time);
        var expectedRates = rates(f);
        for (int i = 0; i < expectedRates.Length; i++)
        {
            Close(expectedRates[i], run.Derivative[i], tolerance, run.Derivative.Layout.Segments[i].Name);
        }

        var gradients = OracleDerivatives.Gradients(objective, [z, time, .. oracle.Parameters]);
        Close(gradients[0], run.StateCotangent[0], tolerance, "state cotangent");
        Close(gradients[1].view(1), run.TimeCotangent, tolerance, "time cotangent");
        for (int i = 0; i < oracle.Parameters.Length; i++)
        {
            Close(gradients[2 + i].Times(TraceWeight), run.Gradient[i], tolerance, parameters.Layout.Segments[i].Name);
        }
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        double scale = Math.Max(1, expected.abs().max().item<double>());
        double error = (expected - actual.to(ScalarType.Float64)).abs().max().item<double>() / scale;
        Assert.True(error <= tolerance, $"{what}: relative error {error:E2}, allowed {tolerance:E0}");
    }
}
