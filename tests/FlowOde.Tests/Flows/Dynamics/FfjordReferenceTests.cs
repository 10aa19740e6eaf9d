using FlowOde.Flows.Dynamics;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>Single evaluations against the FFJORD authors' code; see the README beside the files.</summary>
public sealed class FfjordReferenceTests
{
    private const double Tolerance = 1e-12;

    public static TheoryData<string> Cases() => new(
        "mlp-ignore",
        "mlp-concat",
        "mlp-concatcoord",
        "mlp-squash",
        "mlp-concatsquash",
        "mlp-concatsquash-elu",
        "mlp-concatsquash-identity",
        "mlp-concatsquash-softplus",
        "mlp-concatsquash-square",
        "mlp-concatsquash-swish",
        "mlp-wide",
        "mlp-blend",
        "mlp-hyper",
        "conv-ignore",
        "conv-concat",
        "conv-concatcoord",
        "conv-concatsquash",
        "conv-blend",
        "conv-hyper",
        "conv-strided");

    [Theory]
    [MemberData(nameof(Cases))]
    public void EvaluateAndPullback_OnTheAuthorsNumbers_AgreeToRounding(string name)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase(name);
        using var parameters = reference.Vector("parameter");
        using var gradient = reference.Vector("gradient");
        using var directions = new Directions(reference.Rows("e").unsqueeze(0), 1);
        using var run = Run(reference, new CnfDynamics(reference.Options.CreateNetwork(parameters), new HutchinsonTrace()), directions);
        Close(reference.Rows("f"), run.Derivative[0], "f");
        Close(-reference["hutchinson"], run.Derivative[1], "hutchinson");
        Close(reference.Rows("x_gradient"), run.StateCotangent[0], "x_gradient");
        if (name == "conv-hyper")
        {
            AddBiasToWeight(run.Gradient);
            ClearBias(gradient);
        }

        Close(gradient.Flat, run.Gradient.Flat, "parameter gradients");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_WithExactTrace_GivesTheAuthorsTrace(string name)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase(name);
        using var parameters = reference.Vector("parameter");
        var dynamics = new CnfDynamics(reference.Options.CreateNetwork(parameters), new ExactTrace());
        using var directions = dynamics.DrawDirections(SeededDraws.Rows((int)reference["x"].shape[0]), SeededDraws.Stream(0));
        using var run = Run(reference, dynamics, directions);
        Close(-reference["trace"], run.Derivative[1], "trace");
    }

    private static FieldRun Run(ReferenceCase reference, CnfDynamics dynamics, Directions directions)
    {
        var field = dynamics.ForSolve(directions);
        var layout = field.StateLayout(reference["x"].shape[0]);
        FlatVector state = new(layout, ScalarType.Float64), cotangent = new(layout, ScalarType.Float64);
        state[0].copy_(reference.Rows("x"));
        cotangent[0].copy_(reference.Rows("cotangent"));
        cotangent[1].copy_(-reference["trace_cotangent"]);
        return new(field, state, reference["t"].item<double>(), cotangent);
    }

    /// <summary>In the authors' code the biases of these layers are by mistake the first of their weights, whose gradients are then sums.</summary>
    private static void AddBiasToWeight(FlatVector gradient)
    {
        foreach (var (bias, weight) in Biases(gradient).Zip(gradient.Layout.Segments.Where(segment => segment.Name.StartsWith("weight", StringComparison.Ordinal))))
        {
            gradient[weight.Name].view(-1).narrow(0, 0, bias.NumberOfElements).Accumulate(bias.view(-1));
        }

        ClearBias(gradient);
    }

    private static void ClearBias(FlatVector gradient)
    {
        foreach (var bias in Biases(gradient))
        {
            bias.zero_();
        }
    }

    private static IEnumerable<Tensor> Biases(FlatVector vector) =>
        vector.Layout.Segments.Where(segment => segment.Name.StartsWith("bias", StringComparison.Ordinal)).Select(segment => vector[segment.Name]);

    private static void Close(Tensor expected, Tensor actual, string what)
    {
        double error = (expected - actual).abs().max().item<double>();
        Assert.True(error <= Tolerance, $"{what}: error {error:E2}, allowed {Tolerance:E0}");
    }
}
