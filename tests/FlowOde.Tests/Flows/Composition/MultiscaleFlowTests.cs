using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

public sealed class MultiscaleFlowTests
{
    private const int Rows = 3;
    private static readonly FlowOptions _small = new()
    {
        Dimension = 16,
        Image = new(1, 4, 4),
        Scales = 2,
        Blocks = 1,
        Hidden = [3],
        Layer = "concat",
        Activation = "softplus",
    };

    private static readonly FlowOptions _deep = _small with { Dimension = 64, Image = new(1, 8, 8), Scales = 3, Blocks = 2 };

    /// <summary>Fields of zero leave squeezes and splits alone: the latent is the second half of the channels of each scale, and then the rest.</summary>
    [Fact]
    public void ToBase_OfStillFields_IsSqueezesAndSplits()
    {
        using var scope = NewDisposeScope();
        var options = _deep with { LastLayerScale = 0, Layer = "ignore" };
        using var flow = Bind(options, Steps(1, new HutchinsonTrace()));
        var data = Normal(Rows, 64);
        using var there = flow.ToBase(data, Draw(Rows));
        Tensor Squeezed(Tensor x) => x.view(Rows, x.shape[1], x.shape[2] / 2, 2, x.shape[3] / 2, 2).permute(0, 1, 3, 5, 2, 4).reshape(Rows, 4 * x.shape[1], x.shape[2] / 2, -1);
        var first = Squeezed(data.view(Rows, 1, 8, 8));
        var second = Squeezed(first[.., ..2].contiguous());
        var expected = cat([first[.., 2..].reshape(Rows, -1), second[.., 4..].reshape(Rows, -1), second[.., ..4].reshape(Rows, -1)], 1);
        Assert.Equal(0, Difference(expected, there.Values));
        Assert.Equal(0, there.DeltaLogDensity.abs().max().item<double>());
    }

    [Fact]
    public void ToDataAndGenerate_AfterToBase_ReturnRowsAndDensity()
    {
        using var scope = NewDisposeScope();
        using var flow = Bind(_deep, Exact(1e-7));
        var data = Normal(Rows, 64);
        using var there = flow.ToBase(data, Draw(Rows));
        using var back = flow.ToData(there.Values, Draw(Rows));
        Assert.Equal([Rows, 64L], there.Values.shape);
        Assert.InRange(Difference(data, back.Values), 0, 1e-4);
        Assert.InRange(Difference(data, flow.Generate(there.Values).Values), 0, 1e-4);
        Assert.InRange(Difference(there.DeltaLogDensity, -back.DeltaLogDensity), 0, 1e-4);
        Assert.Equal(10, there.Statistics.Profiles.Count);
        Assert.True(there.DeltaLogDensity.abs().min().item<double>() > 1e-2, "The flow must not keep volumes, or this shows nothing.");
    }

    [Fact]
    public void DeltaLogDensity_IsMinusTheLogDeterminantOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        const double h = 1e-5;
        using var flow = Bind(_small with { HasBatchNorm = true }, Exact(1e-9));
        var data = Normal(1, 16);
        using var there = flow.ToBase(data, Draw(1));
        var steps = cat([eye(16, dtype: ScalarType.Float64).Times(h), eye(16, dtype: ScalarType.Float64).Times(-h)], 0);
        using var around = flow.ToBase(data.Plus(steps), Draw(32));
        var jacobian = (around.Values[..16] - around.Values[16..]).Over(2 * h);
        Assert.Equal(-linalg.slogdet(jacobian).Item2.item<double>(), there.DeltaLogDensity.item<double>(), 1e-5);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Evaluate_OfANegativeLogLikelihood_HasTheGradientOfCentralDifferences(bool hasBatchNorm, bool learnsDataTime)
    {
        using var scope = NewDisposeScope();
        var model = Model(_small with { HasBatchNorm = hasBatchNorm, LearnsDataTime = learnsDataTime });
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        using var statistics = model.CreateStatistics(ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, Steps(3, new HutchinsonTrace(1)), statistics: statistics);
        using var gradient = parameters.CreateLike();
        using var start = parameters.Clone();
        using var ignored = parameters.CreateLike();
        using var batch = new TrainingBatch(Normal(Rows, 16).clone(), Draw(Rows).Rows);
        var objective = new NegativeLogLikelihood([]);
        objective.Evaluate(flow, batch, Draw(Rows), Rows, gradient);
        var direction = sin(Arange(parameters.Layout.Length, dtype: ScalarType.Float64).Times(1.7));
        const double H = 1e-5;
        double Along(double h)
        {
            parameters.Flat.copy_(start.Flat.Plus(direction.Times(h)));
            return objective.Evaluate(flow, batch, Draw(Rows), Rows, ignored).Loss;
        }

        double slope = (Along(H) - Along(-H)) / (2 * H);
        Assert.Equal(slope, gradient.Flat.dot(direction).item<double>(), 1e-7 * Math.Max(1, Math.Abs(slope)));
    }

    [Fact]
    public void Pullback_ByTheRows_HasTheGradientOfCentralDifferences()
    {
        using var scope = NewDisposeScope();
        using var flow = Bind(_deep with { Blocks = 1 }, Steps(2, new HutchinsonTrace(1)));
        var (data, byValues, byDelta) = (Normal(Rows, 64), Normal(Rows, 64, step: 5), Normal(Rows, 1, step: 6).view(-1));
        using var record = flow.RecordToBase(data, Draw(Rows));
        using var gradient = flow.Parameters.CreateLike();
        using var byData = record.Pullback(new(byValues, byDelta, []), gradient).Data;
        var direction = Normal(Rows, 64, step: 7);
        double Along(double h)
        {
            using var moved = flow.ToBase(data.Plus(direction.Times(h)), Draw(Rows));
            return (moved.Values * byValues).sum().Plus((moved.DeltaLogDensity * byDelta).sum()).item<double>();
        }

        const double H = 1e-5;
        Assert.Equal((Along(H) - Along(-H)) / (2 * H), (byData * direction).sum().item<double>(), 1e-6);
    }

    /// <summary>Grids and profiles come in the order travelled: handed back, each part finds its own.</summary>
    [Fact]
    public void RecordToBase_OnItsOwnGrids_TakesTheSameStepsAndProfilesServeTheNext()
    {
        using var scope = NewDisposeScope();
        var data = Normal(Rows, 64);
        using var flow = Bind(_deep, Exact(1e-5) with { Trace = new HutchinsonTrace() });
        using var record = flow.RecordToBase(data, Draw(Rows));
        Assert.Equal(10, record.Grids.Count);
        using var replay = Bind(_deep, Exact(1e-5) with { Trace = new HutchinsonTrace(), RecordedGrids = record.Grids });
        using var again = replay.RecordToBase(data, Draw(Rows));
        Assert.Equal(0, Difference(record.Values, again.Values));
        Assert.Equal(0, Difference(record.DeltaLogDensity, again.DeltaLogDensity));
        using var warm = flow.RecordToBase(data, Draw(Rows) with { Prior = record.Statistics.Profiles });
        Assert.True(warm.Statistics.Evaluations < record.Statistics.Evaluations, $"{warm.Statistics.Evaluations} evaluations after {record.Statistics.Evaluations}");
        Assert.Throws<ArgumentException>(() => Bind(_deep, Exact(1e-5) with { RecordedGrids = [.. record.Grids.Skip(1)] }));
    }

    /// <summary>A record that fails midway gives everything back, and the flow goes on.</summary>
    [Fact]
    public void RecordToBase_AfterAFailedSolve_GoesOn()
    {
        using var scope = NewDisposeScope();
        using var flow = Bind(_small, Exact(1e-5));
        Assert.Throws<OdeSolveException>(() => flow.RecordToBase(Full([Rows, 16], double.NaN, dtype: ScalarType.Float64), Draw(Rows)));
        using var record = flow.RecordToBase(Normal(Rows, 16), Draw(Rows));
        Assert.True(record.Values.isfinite().all().item<bool>());
    }

    [Fact]
    public void TapeBytes_OfTheWholeFlow_BoundWhatItsPartsKeep()
    {
        using var scope = NewDisposeScope();
        const long budget = 25_000_000;
        var settings = Steps(20, new HutchinsonTrace()) with { Stepper = StepperCatalog.Find("midpoint")! };
        var data = Normal(32, 64);
        using var flow = Bind(_deep with { Hidden = [16] }, settings with { TapeBytes = budget });
        using var wide = Bind(_deep with { Hidden = [16] }, settings);
        using var record = flow.RecordToBase(data, Draw(32));
        using var all = wide.RecordToBase(data, Draw(32));
        Assert.True(all.KeptBytes > 2 * budget, $"Without a bound {all.KeptBytes} bytes are kept.");
        Assert.InRange(record.KeptBytes, budget / 2, budget);
    }

    [Fact]
    public void Constructor_OfScalesThatDoNotFit_SaysWhich()
    {
        Assert.Contains("Scale 2 of 3", Message(_small with { Dimension = 12, Image = new(1, 2, 6), Scales = 3 }), StringComparison.Ordinal);
        Assert.Contains("[1, 3, 4]", Message(_small with { Dimension = 12, Image = new(1, 3, 4) }), StringComparison.Ordinal);
        Assert.Contains("Image", Message(_small with { Image = null }), StringComparison.Ordinal);
        Assert.Contains("256 continuous flows", Message(_deep with { Blocks = 60 }), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MultiscaleFlow(new FlatVector(VectorLayout.Empty, ScalarType.Float64), [(Unit(4), 0), (Unit(3), 0)]));

        static string Message(FlowOptions options) => Assert.Throws<ArgumentException>(() => Model(options)).Message;
    }

    internal static SequentialFlow Bind(FlowOptions options, FlowSettings settings)
    {
        var model = Model(options);
        return model.Bind(model.CreateParameters(Source, ScalarType.Float64, CPU), settings, statistics: model.CreateStatistics(ScalarType.Float64, CPU));
    }

    private static FlowModel Model(FlowOptions options) => new(options, Unit(options.Dimension));
}
