using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

public sealed class MlpNetworkTests
{
    [Fact]
    public void ParameterLayout_OfOptions_NamesKindAndLayer()
    {
        var layout = new MlpOptions { Dimension = 2, Hidden = [4] }.ParameterLayout;
        Assert.Equal(
            ["weight.0", "weight.1", "bias.0", "bias.1", "gateSlope.0", "gateSlope.1", "gateOffset.0", "gateOffset.1", "shift.0", "shift.1"],
            layout.Segments.Select(segment => segment.Name));
        Assert.Equal([4L, 2L], layout.Segments[0].Shape);
    }

    [Fact]
    public void Initialize_WithAScaledLastLayer_KeepsEachSegmentWithinItsBound()
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = 4, Hidden = [100, 25], LastLayerScale = 0.1 };
        using var parameters = SeededDraws.Parameters(options, 1);
        void Bounded(string segment, double bound)
        {
            double most = parameters[segment].abs().max().item<double>();
            Assert.True(most <= bound && (parameters[segment].NumberOfElements < 25 || most > 0.8 * bound), $"{segment}: largest entry {most}, bound {bound}");
        }

        Bounded("weight.0", 0.5);
        Bounded("weight.1", 0.1);
        Bounded("bias.1", 0.1);
        Bounded("weight.2", 0.02);
        Bounded("bias.2", 0.02);
        Bounded("gateSlope.0", 1);
        Bounded("shift.1", 1);
    }

    [Fact]
    public void Pullback_WithHiddenUnitsPermuted_PermutesTheGradientsAndNothingElse()
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = 3, Hidden = [7, 6] };
        using var parameters = SeededDraws.Parameters(options, 2);
        using var permuted = parameters.Clone();
        var order = tensor((long[])[3, 0, 6, 1, 5, 2, 4]);
        Permute(permuted);
        using var expected = Run(options, parameters);
        using var actual = Run(options, permuted);
        Permute(expected.Gradient);
        Same(expected.Derivative.Flat, actual.Derivative.Flat);
        Same(expected.StateCotangent.Flat.nan_to_num(), actual.StateCotangent.Flat.nan_to_num());
        Same(expected.Gradient.Flat, actual.Gradient.Flat);

        void Permute(FlatVector vector)
        {
            foreach (string kind in (string[])["weight.0", "bias.0", "gateSlope.0", "gateOffset.0", "shift.0"])
            {
                vector[kind].copy_(vector[kind].index_select(0, order));
            }

            vector["weight.1"].copy_(vector["weight.1"].index_select(1, order));
        }
    }

    [Fact]
    public void Forward_WithCoordinatesPermuted_PermutesTheOutput()
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = 3, Hidden = [7], LayerType = new ConcatLayers() };
        using var parameters = SeededDraws.Parameters(options, 2);
        using var permuted = parameters.Clone();
        var order = tensor((long[])[2, 0, 1]);
        permuted["weight.0"].copy_(parameters["weight.0"].index_select(1, order));
        foreach (string segment in (string[])["weight.1", "bias.1", "shift.1"])
        {
            permuted[segment].copy_(parameters[segment].index_select(0, order));
        }

        Tensor Output(FlatVector theta, bool permuteInput)
        {
            var field = new CnfDynamics(new MlpNetwork(options, theta), new ExactTrace()).SampleField;
            var state = SeededDraws.Vector(field.StateLayout(5), 3);
            if (permuteInput)
            {
                state[0].copy_(state[0].index_select(1, order));
            }

            using var run = new FieldRun(field, state, 0.2, state.CreateLike());
            return run.Derivative[0].clone();
        }

        Same(Output(parameters, false).index_select(1, order), Output(permuted, true));
    }

    [Fact]
    public void Constructor_WithParametersOfOtherOptions_SaysWhichLayoutIsNeeded()
    {
        using var parameters = SeededDraws.Parameters(new MlpOptions { Dimension = 2, Hidden = [4] }, 2);
        var error = Assert.Throws<ArgumentException>(() => new MlpNetwork(new() { Dimension = 2, Hidden = [5] }, parameters));
        Assert.Contains("weight.0 [5, 2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateWorkspace_OfAnotherType_IsRefused()
    {
        var options = new MlpOptions { Dimension = 2, Hidden = [4] };
        using var parameters = SeededDraws.Parameters(options, 2);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => new MlpNetwork(options, parameters).CreateWorkspace(new(3, ScalarType.Float32, CPU), 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_NameTheOption()
    {
        Assert.Contains("Dimension", Assert.Throws<ArgumentOutOfRangeException>(() => new MlpOptions { Dimension = 0 }).Message, StringComparison.Ordinal);
        Assert.Contains("Hidden", Assert.Throws<ArgumentException>(() => new MlpOptions { Dimension = 1, Hidden = [3, 0] }).Message, StringComparison.Ordinal);
        Assert.Contains("LastLayerScale", Assert.Throws<ArgumentOutOfRangeException>(() => new MlpOptions { Dimension = 1, LastLayerScale = -1 }).Message, StringComparison.Ordinal);
    }

    private static FieldRun Run(MlpOptions options, FlatVector parameters)
    {
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), new HutchinsonTrace(2), KnownRegularizers.All);
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(5), SeededDraws.Stream(1));
        var field = dynamics.ForSolve(directions);
        return new(field, SeededDraws.Vector(field.StateLayout(5), 3), 0.6, SeededDraws.Vector(field.StateLayout(5), 4));
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        double error = (expected - actual).abs().max().item<double>();
        Assert.True(error < 1e-13, $"error {error:E2}");
    }
}
