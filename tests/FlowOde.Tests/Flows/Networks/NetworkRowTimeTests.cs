using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>Networks as torch expressions at a time for each row: what flow matching trains through.</summary>
public sealed class NetworkRowTimeTests
{
    private const int Rows = 4;
    private const int Tangents = 2;

    public static TheoryData<string, bool> LayersOfBothKinds() => NetworkContextTests.LayersOfBothKinds();

    [Theory]
    [MemberData(nameof(LayersOfBothKinds))]
    public void Express_AtTheSameTimeInEveryRow_IsTheSharedOne(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        var run = new Run(layer, ofImages);
        var (shared, rows) = (run.At(tensor(0.37, ScalarType.Float64)), run.At(Full([Rows], 0.37, dtype: ScalarType.Float64)));
        for (int i = 0; i < shared.Length; i++)
        {
            Close(shared[i], i == Run.TimeCotangent ? rows[i].sum() : rows[i], $"result {i}");
        }
    }

    [Theory]
    [MemberData(nameof(LayersOfBothKinds))]
    public void Express_AtATimeForEachRow_IsTheSharedOneOfThatTimeInEachRow(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        var run = new Run(layer, ofImages);
        double[] times = [0, 0.21, 0.8, 1];
        var rows = run.At(tensor(times));
        for (int row = 0; row < Rows; row++)
        {
            var shared = run.At(tensor(times[row]));
            Close(shared[0][row], rows[0][row], $"values of row {row}");
            Close(shared[1].select(1, row), rows[1].select(1, row), $"tangents of row {row}");
            Close(shared[2][row], rows[2][row], $"input cotangent of row {row}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Express_AtTimesOfAnotherBatch_NamesBothShapes(bool ofImages)
    {
        using var scope = NewDisposeScope();
        var run = new Run("concatsquash", ofImages);
        string message = Assert.Throws<ArgumentException>(() => run.At(zeros(Rows + 1, dtype: ScalarType.Float64))).Message;
        Assert.Contains("[5]", message, StringComparison.Ordinal);
        Assert.Contains("[4]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 1]", Assert.Throws<ArgumentException>(() => run.At(zeros(Rows, 1, dtype: ScalarType.Float64))).Message, StringComparison.Ordinal);
    }

    private static void Close(Tensor expected, Tensor found, string what)
    {
        double error = (expected - found).abs().max().item<double>();
        Assert.True(error < 1e-12, $"{what}: off by {error:G3}.");
    }

    /// <summary>A network with its derivatives by autograd.</summary>
    private sealed class Run
    {
        internal const int TimeCotangent = 3;

        private readonly INetwork _network;
        private readonly Tensor[] _parameters;

        internal Run(string layer, bool ofImages)
        {
            NetworkOptions shape = ofImages ? new ConvOptions { Image = new(2, 4, 3) } : new MlpOptions { Dimension = 3 };
            var options = shape with { Hidden = [6, 5], LayerType = KnownLayers.Named(layer), Activation = new SoftplusActivation(), ContextDimension = 2 };
            var parameters = SeededDraws.Parameters(options, 3);
            _network = options.CreateNetwork(parameters);
            _parameters = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i].clone().requires_grad_())];
        }

        /// <summary>Values, tangents, and the cotangents of input, time and all parameters.</summary>
        internal Tensor[] At(Tensor time)
        {
            var leaf = time.clone().requires_grad_();
            var input = Wave(0.1, Rows, _network.Dimension).requires_grad_();
            var output = _network.Express(leaf, new(input, Wave(0.2, Tangents, Rows, _network.Dimension)), Wave(0.5, Rows, 2), _parameters);
            var objective = (output.Values * Wave(0.3, output.Values.shape)).sum().Plus((output.Tangents! * Wave(0.4, output.Tangents!.shape)).sum());
            return [output.Values, output.Tangents!, .. OracleDerivatives.Gradients(objective, [input, leaf, .. _parameters])];
        }

        private static Tensor Wave(double phase, params long[] shape) =>
            sin(Arange(shape.Aggregate((a, b) => a * b), dtype: ScalarType.Float64).Times(0.7391).Plus(phase)).view(shape);
    }
}
