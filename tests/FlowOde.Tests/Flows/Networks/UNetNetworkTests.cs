using FlowOde.Flows.Composition;
using FlowOde.Flows.Matching;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>The U-Net: what it depends on, and its derivatives against central differences in double, with every parameter drawn.</summary>
public sealed class UNetNetworkTests
{
    private const int Rows = 3;

    [Theory]
    [InlineData(1, 28, 28, 3)]
    [InlineData(1, 8, 8, 2)]
    [InlineData(3, 8, 16, 3)]
    [InlineData(2, 5, 7, 1)]
    public void Forward_OfImagesOfManySizes_KeepsTheirShape(int channels, int height, int width, int levels)
    {
        using var scope = NewDisposeScope();
        var options = new UNetOptions { Image = new(channels, height, width), Channels = [.. Enumerable.Repeat(8L, levels)], ContextDimension = 10, AttentionLevels = [levels - 1], ResidualBlocks = 2 };
        using var parameters = Drawn(options, ScalarType.Float32);
        using var ignored = parameters.CreateLike();
        var run = new NetworkRun(options.CreateNetwork(parameters), Rows, 1, ignored);
        Assert.Equal([Rows, channels * height * width], run.Values.shape);
        Assert.True(run.Values.isfinite().all().item<bool>(), "The field must be finite.");
        Assert.True(run.Values.abs().max().item<float>() > 1e-3, "The field must not vanish.");
    }

    [Fact]
    public void Initialize_WithAScaleOfZero_MakesAFieldOfZeros()
    {
        using var scope = NewDisposeScope();
        using var parameters = Initial(Small());
        using var gradient = parameters.CreateLike();
        var run = new NetworkRun(Small().CreateNetwork(parameters), Rows, 0, gradient);
        Assert.Equal(0, run.Values.abs().max().item<double>());
        Assert.True(gradient["last.conv.weight"].abs().max().item<double>() > 0, "The last convolution must learn from there.");
        using var scaled = Initial(Small() with { LastLayerScale = 0.5 });
        double bound = 0.5 / Math.Sqrt(8 * 9), most = scaled["last.conv.weight"].abs().max().item<double>();
        Assert.True(most <= bound && most > 0.9 * bound, $"largest weight {most}, bound {bound}");
        Assert.Equal(1, scaled["middle.0.0.norm.scale"].min().item<double>());
        Assert.Equal(0, scaled["middle.0.1.conv.weight"].abs().max().item<double>());
    }

    [Fact]
    public void Forward_AtAnotherTimeOrOfAnotherClass_IsAnother()
    {
        using var scope = NewDisposeScope();
        using var parameters = Drawn(Small());
        var network = Small().CreateNetwork(parameters);
        var input = TestFlows.Normal(Rows, 32);
        Tensor At(double time, int? label) => Field(network, time, input, label is { } one ? eye(3, dtype: ScalarType.Float64)[one].expand(Rows, 3) : null);
        foreach (var (other, what) in new[] { (At(0.31, 1), "a hundredth later"), (At(0.3, 2), "of another class"), (At(0.3, null), "of no class") })
        {
            Assert.True(TestFlows.Difference(At(0.3, 1), other) > 1e-4, $"The field {what} must be another.");
        }

        var zero = Field(network, 0.3, input, zeros(Rows, 3, dtype: ScalarType.Float64));
        Assert.InRange(TestFlows.Difference(At(0.3, null), zero), 0, 1e-13);
    }

    [Fact]
    public void Forward_WithTimesOfRows_IsEachRowsOwn()
    {
        using var scope = NewDisposeScope();
        using var parameters = Drawn(Small());
        var network = Small().CreateNetwork(parameters);
        var input = TestFlows.Normal(Rows, 32);
        double[] times = [0.1, 0.8, 0.4];
        var (mixed, mixedTime) = Pulled(network, new(tensor(times, ScalarType.Float64)), input);
        var (same, sameTime) = Pulled(network, new(Full([Rows], 0.4, ScalarType.Float64)), input);
        var (shared, sharedTime) = Pulled(network, 0.4, input);
        Assert.InRange(TestFlows.Difference(same, shared), 0, 1e-12);
        Assert.Equal(sharedTime.item<double>(), sameTime.sum().item<double>(), 1e-11);
        for (int i = 0; i < Rows; i++)
        {
            var (alone, aloneTime) = Pulled(network, times[i], input[i..(i + 1)].clone());
            Assert.InRange(TestFlows.Difference(alone[0], mixed[i]), 0, 1e-12);
            Assert.Equal(aloneTime.item<double>(), mixedTime[i].item<double>(), 1e-11);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Pullback_InDouble_HasTheSlopesOfCentralDifferences(int tangents)
    {
        using var scope = NewDisposeScope();
        using var parameters = Drawn(Small());
        using var start = parameters.Clone();
        using var gradient = parameters.CreateLike();
        using var ignored = parameters.CreateLike();
        var network = Small().CreateNetwork(parameters);
        var run = new NetworkRun(network, Rows, tangents, gradient);
        var along = sin(Arange(parameters.Layout.Length, dtype: ScalarType.Float64).Times(1.7));
        const double H = 1e-5;
        double Objective(double byParameters)
        {
            parameters.Flat.copy_(start.Flat.Plus(along.Times(byParameters)));
            var at = new NetworkRun(network, Rows, tangents, ignored);
            return (at.Values * run.ValueCotangent).sum().Plus((at.Tangents * run.TangentCotangent).sum()).item<double>();
        }

        double slope = (Objective(H) - Objective(-H)) / (2 * H);
        Assert.Equal(slope, gradient.Flat.Over(NetworkRun.Weight).dot(along).item<double>(), 1e-7 * (1 + Math.Abs(slope)));
        parameters.Flat.copy_(start.Flat);
        var values = cos(Arange(run.Input.numel(), dtype: ScalarType.Float64).Times(1.3)).view(run.Input.shape);
        var byInput = ((Field(network, NetworkRun.Time, run.Input.Plus(values.Times(H)), run.Context) - Field(network, NetworkRun.Time, run.Input - values.Times(H), run.Context)).Over(2 * H) * run.ValueCotangent).sum().item<double>();
        using var plain = parameters.CreateLike();
        Assert.Equal(byInput, (new NetworkRun(network, Rows, 0, plain).InputCotangent * values).sum().item<double>(), 1e-7 * (1 + Math.Abs(byInput)));
    }

    [Theory]
    [InlineData("exact", "auto")]
    [InlineData("hutchinson", "auto")]
    [InlineData("hutchinson", "backpropagation")]
    public void Evaluate_OfALikelihood_HasTheGradientOfCentralDifferences(string trace, string adjoint)
    {
        using var scope = NewDisposeScope();
        var image = trace == "exact" ? new ImageShape(1, 2, 4) : new ImageShape(2, 4, 4);
        var model = new FlowModel(new FlowOptions { Dimension = (int)image.Length, Image = image, Network = "unet", Hidden = [4, 8], AttentionLevels = [1], AttentionHeads = 2, ContextDimension = 3 }, TestFlows.Unit((int)image.Length));
        using var parameters = SeededDraws.Vector(model.Layout, 5);
        parameters.Flat.Scale(0.4);
        using var flow = model.Bind(parameters, TestFlows.Steps(2, trace == "exact" ? new ExactTrace() : new HutchinsonTrace(1)) with { Adjoint = AdjointCatalog.Find(adjoint)!, Regularizers = KnownRegularizers.All });
        using var gradient = parameters.CreateLike();
        using var start = parameters.Clone();
        using var ignored = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(2, (int)image.Length).clone(), [0, 1]) { Context = eye(3, dtype: ScalarType.Float64)[..2].clone() };
        var objective = new NegativeLogLikelihood([0.7, 0.3]); // of the kinetic energy, and of eᵀJ, which is what a U-Net has
        objective.Evaluate(flow, batch, TestFlows.Draw(2), 2, gradient);
        var direction = sin(Arange(parameters.Layout.Length, dtype: ScalarType.Float64).Times(1.7));
        const double H = 2e-6;
        double Along(double h)
        {
            parameters.Flat.copy_(start.Flat.Plus(direction.Times(h)));
            return objective.Evaluate(flow, batch, TestFlows.Draw(2), 2, ignored).Loss;
        }

        double slope = (Along(H) - Along(-H)) / (2 * H);
        Assert.Equal(slope, gradient.Flat.dot(direction).item<double>(), 1e-7 * (1 + Math.Abs(slope)));
    }

    /// <summary>With a time for each row, classes, some of which are left out, and rows that several threads share.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Evaluate_OfFlowMatching_HasTheGradientOfCentralDifferences(int threads)
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 32, Image = new(2, 4, 4), Network = "unet", Hidden = [4, 8], AttentionLevels = [1], AttentionHeads = 2, ContextDimension = 3 }, TestFlows.Unit(32));
        using var parameters = SeededDraws.Vector(model.Layout, 5);
        parameters.Flat.Scale(0.4);
        using var flow = model.Bind(parameters, TestFlows.Steps(2, new HutchinsonTrace(1)));
        using var gradient = parameters.CreateLike();
        using var start = parameters.Clone();
        using var ignored = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(5, 32).clone(), [0, 1, 2, 3, 4]) { Context = eye(3, dtype: ScalarType.Float64).repeat(2, 1)[..5].clone() };
        using var objective = new ShardedObjective(new FlowMatching(new CondOtPath(), new UniformTimes(), contextDropout: 0.4), threads, parameters);
        double loss = objective.Evaluate(flow, batch, TestFlows.Draw(5), 5, gradient).Loss;
        Assert.True(loss > 0.5, $"loss {loss}");
        var direction = cos(Arange(parameters.Layout.Length, dtype: ScalarType.Float64).Times(1.7));
        const double H = 2e-6;
        double Along(double h)
        {
            parameters.Flat.copy_(start.Flat.Plus(direction.Times(h)));
            return objective.Evaluate(flow, batch, TestFlows.Draw(5), 5, ignored).Loss;
        }

        double slope = (Along(H) - Along(-H)) / (2 * H);
        Assert.True(Math.Abs(slope) > 1e-2, "The slope must not vanish, or this shows nothing.");
        Assert.Equal(slope, gradient.Flat.dot(direction).item<double>(), 1e-7 * (1 + Math.Abs(slope)));
    }

    [Fact]
    public void Generate_ThereAndBack_ReturnsTheStart()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 16, Image = new(1, 4, 4), Network = "unet", Hidden = [8, 8] }, TestFlows.Unit(16));
        using var parameters = SeededDraws.Vector(model.Layout, 5);
        parameters.Flat.Scale(0.3);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-8));
        var data = TestFlows.Normal(2, 16);
        using var there = flow.ToBase(data, TestFlows.Draw(2));
        using var back = flow.Generate(there.Values).Values;
        Assert.InRange(TestFlows.Difference(data, back), 0, 1e-6);
        Assert.True(there.DeltaLogDensity.abs().min().item<double>() > 1e-3, "The flow must not keep volumes, or this shows nothing.");
    }

    [Fact]
    public void Products_OfASmallNetwork_AreThoseCountedByHand()
    {
        var options = new UNetOptions { Image = new(1, 4, 4), Channels = [8, 16] };
        using var parameters = Initial(options);
        const long Time = (8 * 32) + (32 * 32), Fine = 16 * 9, Coarse = 4 * 9;
        const long Expected = Time
            + (Fine * 8) + (Fine * 2 * 64) + (32 * 8)                                    // first; down0
            + (Coarse * 64)                                                              // shrink
            + (Coarse * ((8 * 16) + (16 * 16))) + (4 * 8 * 16) + (32 * 16)               // down1 with its shortcut
            + (2 * ((Coarse * 2 * 256) + (32 * 16)))                                     // middle
            + (Coarse * ((32 * 16) + (16 * 16))) + (4 * 32 * 16) + (32 * 16)             // up1
            + (Coarse * 16 * 8)                                                          // grow
            + (Fine * ((16 * 8) + 64)) + (16 * 16 * 8) + (32 * 8)                        // up0
            + (Fine * 8);                                                                // last
        Assert.Equal(Expected, options.CreateNetwork(parameters).Products);
    }

    [Fact]
    public void Options_ThatDoNotFit_SayWhat()
    {
        void Says(string text, UNetOptions options) => Assert.Contains(text, Assert.Throws<ArgumentException>(() => options.ParameterLayout).Message, StringComparison.Ordinal);
        Says("3 levels halves images 2 times; [1, 6, 8]", new() { Image = new(1, 6, 8) });
        Says("12 channels do not divide into 8 groups", new() { Image = new(1, 8, 8), Channels = [8, 12] });
        Says("There is no level 2", new() { Image = new(1, 8, 8), Channels = [8, 8], AttentionLevels = [2] });
        Says("8 channels at level 1 do not divide into 3 heads", new() { Image = new(1, 8, 8), Channels = [8, 8], AttentionLevels = [1], Heads = 3 });
        Assert.Contains("Channels", Assert.Throws<ArgumentException>(() => new UNetOptions { Image = new(1, 8, 8), Channels = [] }).Message, StringComparison.Ordinal);
        using var parameters = Initial(Small());
        Assert.Contains("these options need", Assert.Throws<ArgumentException>(() => new UNetNetwork(Small() with { ResidualBlocks = 2 }, parameters)).Message, StringComparison.Ordinal);
    }

    private static UNetOptions Small() => new() { Image = new(2, 4, 4), Channels = [8, 8], Groups = 4, AttentionLevels = [1], Heads = 2, ContextDimension = 3 };

    private static FlatVector Initial(UNetOptions options)
    {
        var parameters = new FlatVector(options.ParameterLayout, ScalarType.Float64);
        options.Initialize((row, count) =>
        {
            var random = new Random((int)row);
            return [.. Enumerable.Range(0, (int)count).Select(_ => random.NextDouble())];
        }, parameters);
        return parameters;
    }

    /// <summary>Parameters none of which is at a special value.</summary>
    private static FlatVector Drawn(UNetOptions options, ScalarType dtype = ScalarType.Float64)
    {
        var parameters = SeededDraws.Vector(options.ParameterLayout, 5, dtype);
        parameters.Flat.Scale(0.4);
        return parameters;
    }

    private static Tensor Field(INetwork network, double time, Tensor input, Tensor? context)
    {
        using var none = no_grad();
        return network.Express(tensor(time, ScalarType.Float64), new(input, null), context, [.. Enumerable.Range(0, network.Parameters.Layout.Segments.Count).Select(i => network.Parameters[i])]).Values;
    }

    private static (Tensor Values, Tensor TimeCotangent) Pulled(INetwork network, EvaluationTime time, Tensor input)
    {
        long rows = input.shape[0];
        using var workspace = network.CreateWorkspace(new(rows, ScalarType.Float64, CPU), 0);
        using var tape = workspace.CreateTape();
        tape.Input.Values.copy_(input);
        network.Forward(time, tape);
        workspace.OutputCotangent.Values.Fill(1);
        network.Pullback(tape, empty_like(input));
        var byTime = zeros(time.Rows is null ? 1 : rows, dtype: ScalarType.Float64);
        network.PullbackParameters(tape, 0, null, byTime);
        return (tape.Output.Values.clone(), byTime);
    }
}
