using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Dynamics;
using FlowOde.Tests.Solvers.Adjoints;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>The convolutional network against plain convolutions and autograd in double, on images that are not square.</summary>
public sealed class ConvNetworkTests
{
    public static TheoryData<string, int> LayersAndTangents()
    {
        var data = new TheoryData<string, int>();
        foreach (var layer in KnownLayers.All)
        {
            foreach (int tangents in (int[])[0, 1, 3])
            {
                data.Add(layer.Name, tangents);
            }
        }

        return data;
    }

    public static TheoryData<string> Layers() => [.. KnownLayers.All.Select(layer => layer.Name)];

    [Theory]
    [MemberData(nameof(LayersAndTangents))]
    public void ForwardAndPullback_InDouble_AgreeWithAutograd(string layer, int tangents) =>
        AssertAgrees(Options(layer), tangents, 3, ScalarType.Float64, 1e-11);

    /// <summary>Coordinates up to 13 make the terms of sums ten times as large as their like elsewhere.</summary>
    [Theory]
    [MemberData(nameof(LayersAndTangents))]
    public void ForwardAndPullback_InSingle_AgreeWithAutogradInDouble(string layer, int tangents) =>
        AssertAgrees(Options(layer) with { Image = new(1, 14, 12), Hidden = [32, 24] }, tangents, 6, ScalarType.Float32, layer == "concatcoord" ? 1e-4 : 1e-5);

    [Theory]
    [MemberData(nameof(Layers))]
    public void ForwardAndPullback_WithStrides_AgreeWithAutograd(string layer)
    {
        var options = Options(layer) with { Image = new(2, 4, 8), Hidden = [4, 3, 5], Strides = [2, 1, -2, 1] };
        AssertAgrees(options, 2, 3, ScalarType.Float64, 1e-11);
        AssertAgrees(options with { Image = new(1, 8, 4), Hidden = [3, 1, 4], Strides = [2, 2, -2, -2] }, 1, 2, ScalarType.Float64, 1e-11);
        AssertAgrees(options with { Image = new(2, 3, 5), Hidden = [4], Strides = [-2, 2] }, 1, 2, ScalarType.Float64, 1e-11);
        AssertAgrees(options with { Image = new(2, 8, 12), Hidden = [24, 32, 16] }, 1, 5, ScalarType.Float32, layer == "concatcoord" ? 1e-4 : 3e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void ForwardAndPullback_WithOtherKernels_AgreeWithAutograd(int kernel) =>
        AssertAgrees(Options("concat") with { KernelSize = kernel }, 2, 3, ScalarType.Float64, 1e-11);

    [Theory]
    [InlineData(1, "concatsquash")]
    [InlineData(3, "concat")]
    [InlineData(5, "squash")]
    public void ForwardAndPullback_OfOneChannel_AgreeWithAutograd(int kernel, string layer)
    {
        AssertAgrees(Options(layer) with { KernelSize = kernel, Image = new(1, 6, 4) }, 1, 3, ScalarType.Float64, 1e-11);
        AssertAgrees(Options(layer) with { KernelSize = kernel, Image = new(1, 6, 4), Hidden = [] }, 1, 3, ScalarType.Float64, 1e-11);
    }

    /// <summary>Steps of 2 in pieces, too.</summary>
    [Fact]
    public void ForwardAndPullback_OfLargeImagesWithStrides_AgreeWithAutograd() =>
        AssertAgrees(Options("concatcoord") with { Image = new(2, 160, 190), Hidden = [24, 24], Strides = [2, 1, -2] }, 0, 3, ScalarType.Float64, 1e-11);

    /// <summary>A hidden image takes 2.4 MB, so that some convolutions are made in pieces of unequal size.</summary>
    [Fact]
    public void ForwardAndPullback_OfLargeImages_AgreeWithAutograd() =>
        AssertAgrees(Options("concat") with { Image = new(2, 200, 190), Hidden = [8, 8] }, 0, 4, ScalarType.Float64, 1e-11);

    [Theory]
    [InlineData(ScalarType.Float64, 1e-11)]
    [InlineData(ScalarType.Float32, 1e-5)]
    public void ForwardAndPullback_WithALearnedActivation_AgreeWithAutograd(ScalarType dtype, double tolerance) =>
        AssertAgrees(Options("squash") with { Activation = new LearnedSwishActivation() }, 2, 3, dtype, tolerance);

    [Theory]
    [MemberData(nameof(Layers))]
    public void Express_OfEveryLayerType_IsTheNetworkAndItsTangents(string layer)
    {
        AssertExpressed(Options(layer));
        AssertExpressed(Options(layer) with { Image = new(2, 4, 6), Strides = [2, 1, -2] });
    }

    private static void AssertExpressed(ConvOptions options)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(options, 3);
        using var gradient = parameters.CreateLike();
        var network = new ConvNetwork(options, parameters);
        var run = new NetworkRun(network, 3, 2, gradient);
        var oracle = new ConvOracle(options, parameters);
        var leaf = run.Input.clone().requires_grad_();
        var time = tensor(NetworkRun.Time, ScalarType.Float64).requires_grad_();
        var expression = network.Express(time, new(leaf, run.Directions), null, oracle.Parameters);
        Close(run.Values, expression.Values, 1e-13, "values");
        Close(run.Tangents, expression.Tangents!, 1e-13, "tangents");

        var objective = (expression.Values * run.ValueCotangent).sum().Plus((expression.Tangents! * run.TangentCotangent).sum());
        var gradients = OracleDerivatives.Gradients(objective, [leaf, time, .. oracle.Parameters]);
        Close(gradients[0], run.InputCotangent, 1e-11, "input cotangent");
        Close(gradients[1].view(1), run.TimeCotangent, 1e-11, "time cotangent");
        for (int i = 0; i < oracle.Parameters.Length; i++)
        {
            Close(gradients[2 + i].Times(NetworkRun.Weight), gradient[i], 1e-11, parameters.Layout.Segments[i].Name);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void LogDensityGradient_ThroughASolve_IsTheSameDirectAndByBackpropagation(string layer)
    {
        AssertDirectIsBackpropagation(Options(layer), "hutchinson", ScalarType.Float64, 1e-12);
        AssertDirectIsBackpropagation(Options(layer) with { Image = new(1, 2, 3) }, "exact", ScalarType.Float64, 1e-12);
        AssertDirectIsBackpropagation(Options(layer), "hutchinson", ScalarType.Float32, 1e-5);
    }

    [Fact]
    public void Forward_OfAShiftedImage_IsShiftedAwayFromTheBorder()
    {
        using var scope = NewDisposeScope();
        var options = new ConvOptions { Image = new(1, 9, 11), Hidden = [3], LayerType = new ConcatLayers(), Activation = new SoftplusActivation() };
        using var parameters = SeededDraws.Parameters(options, 3);
        var field = new CnfDynamics(options.CreateNetwork(parameters), new ExactTrace()).SampleField;
        Tensor Output(long down, long right)
        {
            using var state = new FlatVector(field.StateLayout(1), ScalarType.Float64);
            state[0].view(9, 11)[4 + (int)down, 5 + (int)right] = 2.5;
            using var run = new FieldRun(field, state.Clone(), 0.4, state.CreateLike());
            return run.Derivative[0].view(9, 11).clone();
        }

        var (first, second) = (Output(0, 0), Output(1, -2));
        Close(first[2..6, 4..8], second[3..7, 2..6], 1e-14, "the shifted image");
        Assert.True((first[0, 0] - first[4, 1]).abs().item<double>() > 1e-4, "An input channel that is the time must bring less at the border.");
    }

    [Fact]
    public void Pullback_IntoAnotherShape_NamesBothShapes()
    {
        var options = Options("ignore");
        using var parameters = SeededDraws.Parameters(options, 3);
        var network = new ConvNetwork(options, parameters);
        using var workspace = network.CreateWorkspace(new(3, ScalarType.Float64, CPU), 0);
        using var tape = workspace.CreateTape();
        network.Forward(0.5, tape);
        using var wrong = zeros(3, 29, dtype: ScalarType.Float64);
        string message = Assert.Throws<ArgumentException>(() => network.Pullback(tape, wrong)).Message;
        Assert.Contains("[3, 29]", message, StringComparison.Ordinal);
        Assert.Contains("[3, 30]", message, StringComparison.Ordinal);
        Assert.Contains("[2, 3, 5]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_OfAnotherNetworksTape_IsRefused()
    {
        var options = Options("ignore");
        using var parameters = SeededDraws.Parameters(options, 3);
        using var workspace = new ConvNetwork(options, parameters).CreateWorkspace(new(3, ScalarType.Float64, CPU), 0);
        using var tape = workspace.CreateTape();
        Assert.Contains("another network", Assert.Throws<ArgumentException>(() => new ConvNetwork(options, parameters).Forward(0.5, tape)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WithParametersOfOtherOptions_SaysWhichLayoutIsNeeded()
    {
        using var parameters = SeededDraws.Parameters(Options("ignore"), 2);
        var error = Assert.Throws<ArgumentException>(() => new ConvNetwork(Options("ignore") with { Hidden = [6, 5] }, parameters));
        Assert.Contains("weight.0 [6, 18]", error.Message, StringComparison.Ordinal);
        Assert.Contains("weight.0 [4, 18]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateWorkspace_OfAnotherType_IsRefused()
    {
        using var parameters = SeededDraws.Parameters(Options("ignore"), 2);
        var network = new ConvNetwork(Options("ignore"), parameters);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => network.CreateWorkspace(new(3, ScalarType.Float32, CPU), 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PullbackParameters_IntoAnotherLength_NamesBoth()
    {
        using var parameters = SeededDraws.Parameters(Options("ignore"), 2);
        using var other = SeededDraws.Parameters(Options("squash"), 2);
        var network = new ConvNetwork(Options("ignore"), parameters);
        using var workspace = network.CreateWorkspace(new(3, ScalarType.Float64, CPU), 0);
        using var tape = workspace.CreateTape();
        Assert.Contains($"{other.Layout.Length} entries", Assert.Throws<ArgumentException>(() => network.PullbackParameters(tape, 1, other, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_NameTheOption()
    {
        Assert.Contains("KernelSize", Assert.Throws<ArgumentOutOfRangeException>(() => Options("ignore") with { KernelSize = 4 }).Message, StringComparison.Ordinal);
        Assert.Contains("Image", Assert.Throws<ArgumentNullException>(() => Options("ignore") with { Image = null! }).Message, StringComparison.Ordinal);
        Assert.Contains("[1, 0, 5]", Assert.Throws<ArgumentException>(() => new ImageShape(1, 0, 5)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ignore", 2 * 9, 0)]
    [InlineData("concat", 3 * 9, 3 * 9)]
    [InlineData("concat_v2", 2 * 9, 1)]
    [InlineData("concatcoord", 5 * 9, 5 * 9)]
    [InlineData("gated", 2 * 9, 1)]
    [InlineData("blend", 2 * 9, 0)]
    public void Initialize_OfALayerType_CountsTheInputsUnderTheKernel(string layer, int fanIn, int shiftFanIn)
    {
        using var scope = NewDisposeScope();
        var options = Options(layer) with { Hidden = [80] };
        using var parameters = SeededDraws.Parameters(options, 1);
        void Bounded(string segment, int count)
        {
            double most = parameters[segment].abs().max().item<double>(), bound = 1 / Math.Sqrt(count);
            Assert.True(most <= bound && most > 0.9 * bound, $"{segment}: largest entry {most}, bound {bound}");
        }

        Bounded("weight.0", fanIn);
        Bounded("bias.0", fanIn);
        if (shiftFanIn > 0)
        {
            Bounded("shift.0", shiftFanIn);
        }
    }

    [Fact]
    public void Products_OfANetwork_CountEveryPixel()
    {
        using var parameters = SeededDraws.Parameters(Options("concat"), 1);
        Assert.Equal(15 * 9 * ((2 * 4) + (4 * 5) + (5 * 2)), new ConvNetwork(Options("concat"), parameters).Products);
    }

    [Theory]
    [InlineData("[1, 5, 4]", "5 and 4", 2, -2)]
    [InlineData("[1, 6, 4]", "3 and 2", 2, 2)]
    [InlineData("[1, 6, 4]", "lead from images [1, 6, 4] to [1, 3, 2]", 2, 1)]
    [InlineData("[1, 6, 4]", "1 strides [2] do not fit 2 layers", 2)]
    public void Constructor_WithStridesThatDoNotFit_SaysWhere(string image, string problem, params int[] strides)
    {
        long[] sizes = System.Text.Json.JsonSerializer.Deserialize<long[]>(image)!;
        var error = Assert.Throws<ArgumentException>(() =>
        {
            var options = Options("ignore") with { Image = new(sizes[0], sizes[1], sizes[2]), Hidden = [4], Strides = strides };
            using var parameters = new FlatVector(options.ParameterLayout, ScalarType.Float64);
            return new ConvNetwork(options, parameters);
        });
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithAnotherStride_NameThoseThatThereAre() =>
        Assert.Contains("1, 2 or -2", Assert.Throws<ArgumentException>(() => Options("ignore") with { Strides = [3] }).Message, StringComparison.Ordinal);

    /// <summary>A step of 2 and its transpose each have one product of the kernel at each pixel of the smaller image.</summary>
    [Fact]
    public void Products_WithStrides_CountThePixelsOfTheSmallerImage()
    {
        var options = Options("gated") with { Image = new(2, 4, 6), Hidden = [4, 5], Strides = [2, 1, -2] };
        using var parameters = SeededDraws.Parameters(options, 1);
        Assert.Equal(2 * 6 * ((2 * 4 * 16) + (4 * 5 * 9) + (5 * 2 * 16)), new ConvNetwork(options, parameters).Products);
    }

    [Fact]
    public void Forward_OfConcatCoord_WithoutKernelsOfCoordinates_IsConcat()
    {
        using var scope = NewDisposeScope();
        using var concat = SeededDraws.Parameters(Options("concat"), 3);
        using var coordinates = SeededDraws.Parameters(Options("concatcoord"), 3);
        for (int i = 0; i < concat.Layout.Segments.Count; i++)
        {
            var whole = coordinates[i].Fill(0);
            (whole.dim() == 1 ? whole : whole.narrow(1, 0, concat[i].size(1))).copy_(concat[i]);
        }

        using var ignored = concat.CreateLike();
        using var other = coordinates.CreateLike();
        var (expected, found) = (new NetworkRun(new ConvNetwork(Options("concat"), concat), 3, 1, ignored), new NetworkRun(new ConvNetwork(Options("concatcoord"), coordinates), 3, 1, other));
        Close(expected.Values, found.Values, 1e-14, "values");
        Close(expected.Tangents, found.Tangents, 1e-14, "tangents");
    }

    private static ConvOptions Options(string layer) => new() { Image = new(2, 3, 5), Hidden = [4, 5], LayerType = KnownLayers.Named(layer), Activation = new SoftplusActivation() };

    private static void AssertAgrees(ConvOptions options, int tangents, long rows, ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(options, 3, dtype);
        using var start = SeededDraws.Vector(parameters.Layout, 8, dtype);
        using var gradient = start.Clone();
        var run = new NetworkRun(new ConvNetwork(options, parameters), rows, tangents, gradient);
        var oracle = new ConvOracle(options, parameters);
        Tensor Double(Tensor tensor) => tensor.to(ScalarType.Float64);
        var z = Double(run.Input).clone().requires_grad_();
        var time = tensor(NetworkRun.Time, ScalarType.Float64).requires_grad_();
        var f = oracle.Forward(time, z);
        Close(f, run.Values, tolerance, "values");
        var objective = (f * Double(run.ValueCotangent)).sum();
        for (int k = 0; k < tangents; k++)
        {
            var tangent = OracleDerivatives.Jvp(f, z, Double(run.Directions[k]).clone());
            Close(tangent, run.Tangents[k], tolerance, $"tangent {k}");
            objective = objective.Plus((tangent * Double(run.TangentCotangent[k])).sum());
        }

        var gradients = OracleDerivatives.Gradients(objective, [z, time, .. oracle.Parameters]);
        Close(gradients[0], run.InputCotangent, tolerance, "input cotangent");
        Close(gradients[1].view(1), run.TimeCotangent, tolerance, "time cotangent");
        for (int i = 0; i < oracle.Parameters.Length; i++)
        {
            Close(gradients[2 + i].Times(NetworkRun.Weight), Double(gradient[i]) - Double(start[i]), tolerance, parameters.Layout.Segments[i].Name);
        }
    }

    private static void AssertDirectIsBackpropagation(ConvOptions options, string trace, ScalarType dtype, double tolerance)
    {
        using var parameters = SeededDraws.Parameters(options, 3, dtype);
        ITraceEstimator estimator = trace == "exact" ? new ExactTrace() : new HutchinsonTrace(2);
        var dynamics = new CnfDynamics(new ConvNetwork(options, parameters), estimator, KnownRegularizers.All);
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(3), SeededDraws.Stream(11));
        var field = dynamics.ForSolve(directions);
        var problem = new OdeProblem
        {
            Field = field,
            Stepper = StepperCatalog.Find("rk4")!,
            Controller = new ConstantStep(3),
            Start = SeededDraws.Vector(field.StateLayout(3), 4, dtype),
            Times = [1, 0],
            Pool = new(),
        };
        GradientRun.Of(problem, new BackpropagationAdjoint()).AssertClose(GradientRun.Of(problem, new DirectAdjoint()), tolerance);
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        double scale = expected.abs().max().item<double>();
        double error = (expected - actual.to(ScalarType.Float64)).abs().max().item<double>() / (scale > 0 ? scale : 1);
        Assert.True(error <= tolerance, $"{what}: error {error:E2} of the largest entry {scale:G3}, allowed {tolerance:E0}");
    }
}
