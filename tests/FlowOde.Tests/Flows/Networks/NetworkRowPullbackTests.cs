using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Matching;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Tests.Flows.Dynamics;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>Closed forms at a time for each row: the contract of every kind of layer, in buffers and without a graph.</summary>
public sealed class NetworkRowPullbackTests
{
    private const int Rows = 4;
    private const int Tangents = 2;
    private const double Weight = 1.7;
    private static readonly double[] _times = [0, 0.21, 0.8, 1];

    /// <summary>Every kind of layer, of matrices and of images, and, with a stride and its transpose, through a bottleneck.</summary>
    public static TheoryData<string, bool, bool> Networks()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (var kind in KnownLayers.All)
        {
            foreach (bool ofImages in kind.NeedsImages ? (bool[])[true] : [false, true])
            {
                data.Add(kind.Name, ofImages, false);
                data.Add(kind.Name, ofImages, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void ForwardAndPullback_AtTheSameTimeInEveryRow_AreTheSharedOnes(string layer, bool ofImages, bool bottleneck)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages, bottleneck), 3);
        var network = Options(layer, ofImages, bottleneck).CreateNetwork(parameters);
        var (shared, rows) = (Evaluate(network, 0.37), Evaluate(network, Times(0.37, 0.37, 0.37, 0.37)));
        Same(shared, rows with { Time = rows.Time.sum().view(1) }, 1e-14);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void ForwardAndPullback_AtATimeForEachRow_AreThoseOfEachRowAlone(string layer, bool ofImages, bool bottleneck)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages, bottleneck), 3);
        var network = Options(layer, ofImages, bottleneck).CreateNetwork(parameters);
        Evaluation[] alone = [.. _times.Select((time, row) => Evaluate(network, time, row))];
        Tensor Joined(Func<Evaluation, Tensor> part, long dimension = 0) => cat([.. alone.Select(part)], dimension);
        var expected = new Evaluation(
            Joined(row => row.Values), Joined(row => row.Tangents, 1), Joined(row => row.Input), Joined(row => row.Context), Joined(row => row.Time), stack([.. alone.Select(row => row.Gradient)]).sum([0L]));
        Same(expected, Evaluate(network, Times(_times)), 1e-13);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void ForwardAndPullback_AtOtherTimesOfOtherRows_KeepARowToTheBit(string layer, bool ofImages, bool bottleneck)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages, bottleneck), 3);
        var network = Options(layer, ofImages, bottleneck).CreateNetwork(parameters);
        var (first, second) = (Evaluate(network, Times(0.5, 0.21, 0.8, 1)), Evaluate(network, Times(-0.3, 0.21, 0.1, 7)));
        void Kept(Tensor one, Tensor other, string what) => Assert.True((one == other).all().item<bool>(), $"{what} of row 1 changed with the times of others.");
        Kept(first.Values[1], second.Values[1], "values");
        Kept(first.Tangents[.., 1], second.Tangents[.., 1], "tangents");
        Kept(first.Input[1], second.Input[1], "input cotangent");
        Kept(first.Context[1], second.Context[1], "context cotangent");
        Kept(first.Time[1], second.Time[1], "time cotangent");
        Assert.True(layer == "ignore" || (first.Values[0] - second.Values[0]).abs().max().item<double>() > 1e-3, "Time must matter, or this shows nothing.");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void ForwardAndPullback_AtATimeForEachRow_AgreeWithAutograd(string layer, bool ofImages, bool bottleneck) =>
        AgreesWithAutograd(Options(layer, ofImages, bottleneck), ScalarType.Float64, 1e-12);

    [Theory]
    [MemberData(nameof(Networks))]
    public void ForwardAndPullback_InSingle_AgreeWithAutogradInDouble(string layer, bool ofImages, bool bottleneck) =>
        AgreesWithAutograd(Options(layer, ofImages, bottleneck), ScalarType.Float32, 2e-5);

    /// <summary>Wide layers have further columns in memory, here of two widths that are stored as one.</summary>
    [Theory]
    [InlineData("concatsquash")]
    [InlineData("blend")]
    [InlineData("hyper")]
    public void ForwardAndPullback_OfWideLayers_AgreeWithAutograd(string layer) =>
        AgreesWithAutograd(new MlpOptions { Dimension = 3, Hidden = [131, 143, 130], LayerType = KnownLayers.Named(layer), Activation = new SoftplusActivation(), ContextDimension = 2 }, ScalarType.Float64, 1e-11);

    [Theory]
    [MemberData(nameof(Networks))]
    public void PullbackParameters_IntoTime_AgreesWithCentralDifferences(string layer, bool ofImages, bool bottleneck)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages, bottleneck), 3);
        var network = Options(layer, ofImages, bottleneck).CreateNetwork(parameters);
        const double H = 1e-5;
        Tensor Objective(double shift)
        {
            // A row's part depends on its own time alone, so that all rows can be shifted at once.
            var run = Evaluate(network, Times([.. _times.Select(t => t + shift)]));
            return (run.Values * Wave(0.3, Rows, network.Dimension)).sum([1L]).Plus((run.Tangents * Wave(0.4, Rows, Tangents, network.Dimension).transpose(0, 1)).sum([0L, 2L]));
        }

        var expected = (Objective(H) - Objective(-H)).Over(2 * H);
        Close(expected, Evaluate(network, Times(_times)).Time, 1e-8, "time"); // H² and 1e-16 / H, with the third derivative of a few layers
        Assert.True(layer == "ignore" || expected.abs().max().item<double>() > 1e-3, "Time must matter, or this shows nothing.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_AtTimesOfAnotherBatch_NamesBothNumbers(bool ofImages)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options("concatsquash", ofImages, false), 3);
        var network = Options("concatsquash", ofImages, false).CreateNetwork(parameters);
        using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), 1);
        using var tape = workspace.CreateTape();
        Assert.Contains("3 times for 4 rows", Assert.Throws<ArgumentException>(() => network.Forward(Times(1, 2, 3), tape)).Message, StringComparison.Ordinal);
        network.Forward(Times(_times), tape);
        network.Pullback(tape, zeros(Rows, network.Dimension, dtype: ScalarType.Float64));
        string message = Assert.Throws<ArgumentException>(() => network.PullbackParameters(tape, 0, null, zeros(1, dtype: ScalarType.Float64))).Message;
        Assert.Contains("[1]", message, StringComparison.Ordinal);
        Assert.Contains("[4]", message, StringComparison.Ordinal);
    }

    /// <summary>Tapes at times of rows, at other times, and at a shared time: each keeps its own, whatever becomes of the caller's tensor.</summary>
    [Theory]
    [InlineData("concatsquash", false)]
    [InlineData("hyper", false)]
    [InlineData("blend", true)]
    [InlineData("concatcoord", true)]
    public void Pullback_OfSeveralTapesInAnyOrder_IsThatOfEachAlone(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages, false), 3);
        var network = Options(layer, ofImages, false).CreateNetwork(parameters);
        double[] others = [0.9, 0.4, 0.1, -0.2];
        using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), Tangents);
        NetworkTape[] tapes = [.. Enumerable.Range(0, 3).Select(_ => workspace.CreateTape())];
        var mine = tensor(_times);
        Forward(network, new EvaluationTime(mine), tapes[0]);
        Forward(network, 0.37, tapes[1]);
        mine.copy_(tensor(others));
        Forward(network, new EvaluationTime(mine), tapes[2]);
        mine.Fill(double.NaN);
        foreach (int i in (int[])[0, 1, 2, 0])
        {
            EvaluationTime time = i == 0 ? Times(_times) : i == 1 ? 0.37 : Times(others);
            Same(Evaluate(network, time), Pulled(network, tapes[i], time), 0);
        }

        foreach (var tape in tapes)
        {
            tape.Dispose();
        }
    }

    [Theory]
    [InlineData("concatsquash", false)]
    [InlineData("gated", true)]
    public void Forward_OfAGuidedNetwork_AtATimeForEachRow_IsThatOfEachRowAlone(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages, false), 3);
        var network = new GuidedNetwork(Options(layer, ofImages, false).CreateNetwork(parameters), 1.5);
        Evaluation[] alone = [.. _times.Select((time, row) => Evaluate(network, time, row))];
        var rows = Evaluate(network, Times(_times));
        for (int row = 0; row < Rows; row++)
        {
            Close(alone[row].Values[0], rows.Values[row], 1e-13, "values");
            Close(alone[row].Input[0], rows.Input[row], 1e-13, "input");
            Close(alone[row].Time[0], rows.Time[row], 1e-13, "time");
        }

        Close(stack([.. alone.Select(row => row.Gradient)]).sum([0L]), rows.Gradient, 1e-13, "gradient");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void ForwardAndPullback_Repeated_LeaveNoTensorsBehind(string layer, bool ofImages, bool bottleneck)
    {
        using var parameters = SeededDraws.Parameters(Options(layer, ofImages, bottleneck), 3);
        using var gradient = parameters.CreateLike();
        var network = Options(layer, ofImages, bottleneck).CreateNetwork(parameters);
        using var into = zeros(Rows, network.Dimension, dtype: ScalarType.Float64);
        using var intoContext = zeros(Rows, 2, dtype: ScalarType.Float64);
        using var times = tensor(_times);
        using var intoTime = zeros_like(times);
        using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), 2);
        using var tape = workspace.CreateTape();
        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Once();
        Once();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Once()
        {
            network.Forward(new EvaluationTime(times), tape);
            network.Pullback(tape, into, intoContext);
            network.PullbackParameters(tape, 1, gradient, intoTime);
        }
    }

    private static NetworkOptions Options(string layer, bool ofImages, bool bottleneck)
    {
        NetworkOptions shape = ofImages
            ? new ConvOptions { Image = new(2, 4, 6), Hidden = [4, 3, 5], Strides = bottleneck ? [1, 2, 1, -2] : [] }
            : new MlpOptions { Dimension = 6, Hidden = [7, 3, 5] };
        return shape with { LayerType = KnownLayers.Named(layer), Activation = new LearnedSwishActivation(), ContextDimension = 2, BottleneckLayer = bottleneck ? 2 : 0 };
    }

    private static EvaluationTime Times(params double[] times) => new(tensor(times));

    private static void AgreesWithAutograd(NetworkOptions options, ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(options, 3, dtype);
        var network = options.CreateNetwork(parameters);
        var run = Evaluate(network, new EvaluationTime(tensor(_times).to(dtype)));
        Tensor[] leaves = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i].to(ScalarType.Float64, copy: true).requires_grad_())];
        long d = network.Dimension;
        var (time, input, context) = (tensor(_times).requires_grad_(), Wave(0.1, Rows, d).requires_grad_(), Wave(0.5, Rows, 2).requires_grad_());
        var output = network.Express(time, new(input, Directions(network, Rows)), context, leaves);
        var objective = (output.Values * Wave(0.3, Rows, d)).sum().Plus((output.Tangents! * Wave(0.4, Rows, Tangents, d).transpose(0, 1)).sum());
        var gradients = OracleDerivatives.Gradients(objective, [input, context, time, .. leaves]);
        Close(output.Values, run.Values, tolerance, "values");
        Close(output.Tangents!, run.Tangents, tolerance, "tangents");
        Close(gradients[0], run.Input, tolerance, "input");
        Close(gradients[1], run.Context, tolerance, "context");
        Close(gradients[2], run.Time, tolerance, "time");
        for (int i = 0; i < leaves.Length; i++)
        {
            var segment = parameters.Layout.Segments[i];
            Close(gradients[3 + i].Times(Weight), run.Gradient.narrow(0, segment.Offset, segment.Length).view(segment.Shape), tolerance, segment.Name);
        }
    }

    private static Evaluation Evaluate(INetwork network, EvaluationTime time, int? row = null)
    {
        using var workspace = network.CreateWorkspace(new(row is null ? Rows : 1, network.Parameters.DType, CPU), Tangents);
        using var tape = workspace.CreateTape();
        Forward(network, time, tape, row);
        return Pulled(network, tape, time, row);
    }

    private static void Forward(INetwork network, EvaluationTime time, NetworkTape tape, int? row = null)
    {
        tape.Input.Values.copy_(Of(row, Wave(0.1, Rows, network.Dimension)));
        tape.Input.Tangents.copy_(Directions(network, Rows).narrow(1, row ?? 0, tape.Input.Rows));
        tape.Context!.copy_(Of(row, Wave(0.5, Rows, 2)));
        network.Forward(time, tape);
    }

    private static Evaluation Pulled(INetwork network, NetworkTape tape, EvaluationTime time, int? row = null)
    {
        var seed = tape.Workspace.OutputCotangent;
        seed.Values.copy_(Of(row, Wave(0.3, Rows, network.Dimension)));
        seed.Tangents.copy_(Of(row, Wave(0.4, Rows, Tangents, network.Dimension)).transpose(0, 1));
        using var gradient = network.Parameters.CreateLike();
        var (input, context) = (FullLike(tape.Input.Values, double.NaN), FullLike(tape.Context!, double.NaN));
        var ofTime = Full([time.Rows?.NumberOfElements ?? 1], double.NaN, dtype: network.Parameters.DType);
        network.Pullback(tape, input, context);
        network.PullbackParameters(tape, Weight, gradient, ofTime);
        return new(tape.Output.Values.clone(), tape.Output.Tangents.clone(), input, context, ofTime, gradient.Flat.clone());
    }

    private static Tensor Of(int? row, Tensor rows) => row is { } one ? rows.narrow(0, one, 1) : rows;

    private static Tensor Directions(INetwork network, int rows)
    {
        var directions = Wave(0.2, Tangents, rows, network.Dimension);
        directions.narrow(2, network.DirectionDimension, network.Dimension - network.DirectionDimension).Fill(0);
        return directions;
    }

    private static Tensor Wave(double phase, params long[] shape) =>
        sin(Arange(shape.Aggregate((a, b) => a * b), dtype: ScalarType.Float64).Times(0.7391).Plus(phase)).view(shape);

    private static void Same(Evaluation expected, Evaluation found, double tolerance)
    {
        Close(expected.Values, found.Values, tolerance, "values");
        Close(expected.Tangents, found.Tangents, tolerance, "tangents");
        Close(expected.Input, found.Input, tolerance, "input cotangent");
        Close(expected.Context, found.Context, tolerance, "context cotangent");
        Close(expected.Time, found.Time, tolerance, "time cotangent");
        Close(expected.Gradient, found.Gradient, tolerance, "gradient");
    }

    private static void Close(Tensor expected, Tensor found, double tolerance, string what)
    {
        double scale = Math.Max(expected.abs().max().item<double>(), 1);
        double error = (expected - found.to(ScalarType.Float64)).abs().max().item<double>() / scale;
        Assert.True(error <= tolerance, $"{what}: error {error:E2} of the largest entry {scale:G3}, allowed {tolerance:E0}.");
    }

    private sealed record Evaluation(Tensor Values, Tensor Tangents, Tensor Input, Tensor Context, Tensor Time, Tensor Gradient);
}
