using FlowOde.Flows.Composition;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Networks;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.TraceEstimators;

/// <summary>The exact trace with its directions in chunks: the same numbers in less memory.</summary>
public sealed class ChunkedTraceTests
{
    private const int Rows = 6;

    public static TheoryData<string, long> Cases => new()
    {
        { "mlp", 1 },
        { "mlp", 40_000 },
        { "mlp", 100_000 },
        { "mlp", 1L << 40 },
        { "images", 1 },
        { "images", 40_000 },
        { "images", 100_000 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ToBase_InChunks_TakesTheSameStepsToTheSameDensity(string kind, long bytes)
    {
        using var scope = NewDisposeScope();
        var model = Model(kind);
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        using var whole = model.Bind(parameters, Exact(1e-6)).ToBase(Normal(Rows, 12), Draw(Rows));
        using var chunked = model.Bind(parameters, Exact(1e-6) with { Trace = new ExactTrace { ChunkBytes = bytes } }).ToBase(Normal(Rows, 12), Draw(Rows));
        Assert.Equal(whole.Statistics, chunked.Statistics);
        Assert.InRange(Difference(whole.Values, chunked.Values), 0, 1e-12);
        Assert.InRange(Difference(whole.DeltaLogDensity, chunked.DeltaLogDensity), 0, 1e-12);
        Assert.True(whole.DeltaLogDensity.abs().min().item<double>() > 1e-3, "The flow must not keep volumes, or this shows nothing.");
    }

    /// <summary>Twice the bytes of a tape's tangents and the scratch stay within the bound, and a chunk is as large as it lets it be.</summary>
    [Theory]
    [InlineData(40_000)]
    [InlineData(100_000)]
    public void CreateWorkspace_WithinABound_TakesAsManyTangentsAsFit(long bytes)
    {
        using var scope = NewDisposeScope();
        var model = Model("mlp");
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        int together = 0;
        using var flow = model.Bind(parameters, Exact(1e-3) with { Trace = new ExactTrace { ChunkBytes = bytes } }, network => new WatchedNetwork(network) { Created = (rows, tangents) => together = rows == Rows ? tangents : together });
        using var result = flow.ToBase(Normal(Rows, 12), Draw(Rows));
        Assert.InRange(together, 2, 11);
        Assert.True(bytes < 100_000 || 12 % together != 0, $"{together} of 12 directions leave no rest, which is to be seen too.");
        long each = Bytes(together + 1) - Bytes(together);
        Assert.InRange(bytes, together * each, (together + 1) * each);

        long Bytes(int tangents)
        {
            using var network = new ParametersOf(model, parameters);
            using var workspace = network.Network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), tangents);
            using var tape = workspace.CreateTape();
            return (2 * tape.Bytes) + (tangents * Rows * 12 * sizeof(double));
        }
    }

    [Fact]
    public void RecordToBase_InChunks_IsRefusedByName()
    {
        using var scope = NewDisposeScope();
        var model = Model("mlp");
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        var settings = Exact(1e-3) with { Trace = new ExactTrace { ChunkBytes = 1000 } };
        using var flow = model.Bind(parameters, settings);
        Assert.Contains("ChunkBytes", Assert.Throws<InvalidOperationException>(() => flow.RecordToBase(Normal(Rows, 12), Draw(Rows))).Message, StringComparison.Ordinal);
        Assert.Contains("kinetic-energy", Assert.Throws<ArgumentException>(() => model.Bind(parameters, settings with { Regularizers = [new KineticEnergy()] })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExactTrace { ChunkBytes = 0 });
    }

    private static FlowModel Model(string kind) => kind == "mlp"
        ? new(new FlowOptions { Dimension = 12, Hidden = [9, 7], Blocks = 2 }, Unit(12))
        : new(new FlowOptions { Dimension = 12, Image = new(3, 2, 2), Hidden = [5], Layer = "concat" }, Unit(12));

    /// <summary>The network of a model's first block.</summary>
    private sealed class ParametersOf : IDisposable
    {
        private readonly SequentialFlow _flow;

        public ParametersOf(FlowModel model, FlatVector parameters)
        {
            INetwork? found = null;
            _flow = model.Bind(parameters, Exact(1e-3), network => found ??= network);
            Network = found!;
        }

        public INetwork Network { get; }

        public void Dispose() => _flow.Dispose();
    }
}
