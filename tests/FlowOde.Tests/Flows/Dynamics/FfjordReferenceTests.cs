using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
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
        "mlp-wide");

    [Theory]
    [MemberData(nameof(Cases))]
    public void EvaluateAndPullback_OnTheAuthorsNumbers_AgreeToRounding(string name)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase(name);
        using var parameters = reference.Vector("parameter");
        using var gradient = reference.Vector("gradient");
        using var directions = new Directions(reference["e"].unsqueeze(0), 1);
        using var run = Run(reference, new CnfDynamics(new MlpNetwork(reference.Options, parameters), new HutchinsonTrace()), directions);
        Close(reference["f"], run.Derivative[0], "f");
        Close(-reference["hutchinson"], run.Derivative[1], "hutchinson");
        Close(reference["x_gradient"], run.StateCotangent[0], "x_gradient");
        Close(gradient.Flat, run.Gradient.Flat, "parameter gradients");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_WithExactTrace_GivesTheAuthorsTrace(string name)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase(name);
        using var parameters = reference.Vector("parameter");
        var dynamics = new CnfDynamics(new MlpNetwork(reference.Options, parameters), new ExactTrace());
        using var directions = dynamics.DrawDirections(SeededDraws.Rows((int)reference["x"].shape[0]), SeededDraws.Stream(0));
        using var run = Run(reference, dynamics, directions);
        Close(-reference["trace"], run.Derivative[1], "trace");
    }

    private static FieldRun Run(ReferenceCase reference, CnfDynamics dynamics, Directions directions)
    {
        var field = dynamics.ForSolve(directions);
        var layout = field.StateLayout(reference["x"].shape[0]);
        FlatVector state = new(layout, ScalarType.Float64), cotangent = new(layout, ScalarType.Float64);
        state[0].copy_(reference["x"]);
        cotangent[0].copy_(reference["cotangent"]);
        cotangent[1].copy_(-reference["trace_cotangent"]);
        return new(field, state, reference["t"].item<double>(), cotangent);
    }

    private static void Close(Tensor expected, Tensor actual, string what)
    {
        double error = (expected - actual).abs().max().item<double>();
        Assert.True(error <= Tolerance, $"{what}: error {error:E2}, allowed {Tolerance:E0}");
    }
}
