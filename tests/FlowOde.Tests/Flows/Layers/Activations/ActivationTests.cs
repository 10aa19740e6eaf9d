using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Layers.Activations;

public sealed class ActivationTests
{
    private const int Rows = 33;

    public static TheoryData<string> Names() => new(KnownActivations.All.Select(activation => activation.Name));

    public static TheoryData<string, int, int> Shapes()
    {
        var data = new TheoryData<string, int, int>();
        foreach (var activation in KnownActivations.All)
        {
            foreach (int width in (int[])[1, 7, 8, 16, 19, 37])
            {
                data.Add(activation.Name, width, 0);
                data.Add(activation.Name, width, 2);
            }
        }

        return data;
    }

    /// <summary>Spans where the type is float32 and rows lie together, tensor operations in float64: both must be the same function.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardAndPullback_InSingle_AgreeWithTensorOperationsInDouble(string name, int width, int tangents)
    {
        using var scope = NewDisposeScope();
        var a = linspace(-9, 9, Rows * width, dtype: ScalarType.Float32).view(Rows, width);
        using var single = Run(name, a, tangents, ScalarType.Float32);
        using var twice = Run(name, a, tangents, ScalarType.Float64);
        foreach (var (actual, expected) in single.Tensors.Zip(twice.Tensors))
        {
            double error = ((actual.to(ScalarType.Float64) - expected).abs() / expected.abs().Plus(1)).max().item<double>();
            Assert.True(error < 1e-6, $"error {error:E2}");
        }
    }

    [Theory]
    [InlineData("tanh")]
    [InlineData("softplus")]
    [InlineData("elu")]
    [InlineData("swish")]
    [InlineData("gelu")]
    [InlineData("sine")]
    public void Forward_OverSpans_IsWithinThreeTenMillionthsOfLibtorch(string name)
    {
        using var scope = NewDisposeScope();
        var a = linspace(-20, 20, 1 << 16, dtype: ScalarType.Float32).view(-1, 64);
        using var run = Run(name, a, 0, ScalarType.Float32, bias: 0);
        var x = a.to(ScalarType.Float64);
        var expected = name switch
        {
            "tanh" => tanh(x),
            "softplus" => Softplus(x),
            "swish" => nn.functional.silu(x),
            "gelu" => nn.functional.gelu(x),
            "sine" => sin(x),
            _ => Elu(x),
        };
        double error = ((run.Dual.Values.to(ScalarType.Float64) - expected).abs() / maximum(expected.abs(), ones_like(x))).max().item<double>();
        Assert.True(error < 3e-7, $"error {error:E2}");
    }

    [Fact]
    public void Sine_OverSpansFarFromZero_IsAsExactAsItsArgument()
    {
        using var scope = NewDisposeScope();
        foreach (double range in new[] { 1e3, 1e4, 1e30 })
        {
            var a = linspace(-range, range, 1 << 14, dtype: ScalarType.Float32).view(-1, 64);
            using var run = Run("sine", a, 0, ScalarType.Float32, bias: 0);
            double error = (run.Dual.Values.to(ScalarType.Float64) - sin(a.to(ScalarType.Float64))).abs().max().item<double>();
            Assert.InRange(error, 0, range <= 1e4 ? 4e-7 : 2);
        }
    }

    [Fact]
    public void Tanh_OverSpans_KeepsRelativeAccuracyNearZero()
    {
        using var scope = NewDisposeScope();
        var a = logspace(-30, 0, 1024, dtype: ScalarType.Float32).view(-1, 64);
        using var run = Run("tanh", a, 0, ScalarType.Float32, bias: 0);
        var expected = tanh(a.to(ScalarType.Float64));
        double error = ((run.Dual.Values.to(ScalarType.Float64) - expected) / expected).abs().max().item<double>();
        Assert.True(error < 4e-7, $"relative error {error:E2}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ForwardAndPullback_OnLargeInputs_StayFinite(string name)
    {
        foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
        {
            using var scope = NewDisposeScope();
            var a = linspace(-1e4, 1e4, Rows * 19, dtype: dtype).view(Rows, 19);
            using var run = Run(name, a, 2, dtype);
            Assert.All(run.Tensors, tensor => Assert.True(tensor.isfinite().all().item<bool>()));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_OfNaN_IsNaN(string name)
    {
        using var scope = NewDisposeScope();
        using var run = Run(name, Full([Rows, 19L], double.NaN, dtype: ScalarType.Float32), 1, ScalarType.Float32);
        Assert.True(run.Dual.Values.isnan().all().item<bool>());
    }

    [Fact]
    public void Named_OfAnUnknownName_ListsTheKnownOnes() =>
        Assert.Contains("softplus", Assert.Throws<ArgumentException>(() => KnownActivations.Named("relu6")).Message, StringComparison.Ordinal);

    private static ActivationRun Run(string name, Tensor a, int tangents, ScalarType dtype, double bias = 0.5) => new(KnownActivations.Named(name), a, tangents, dtype, bias);

    private sealed class ActivationRun : IDisposable
    {
        private readonly ActivationTape _tape;
        private readonly ActivationScratch _scratch;

        internal ActivationRun(Activation activation, Tensor a, int tangents, ScalarType dtype, double range)
        {
            long width = a.shape[1];
            Dual = new(a.shape[0], tangents, width, dtype, CPU);
            Cotangent = new(a.shape[0], tangents, width, dtype, CPU);
            _scratch = new(a.shape[0], width, dtype, CPU);
            _tape = activation.CreateTape(Dual, _scratch);
            var bias = linspace(-range, range, width, dtype: ScalarType.Float32).to(dtype);
            var numbers = sin(Arange(Dual.Stacked.NumberOfElements, dtype: ScalarType.Float32)).view_as(Dual.Stacked);
            Dual.Stacked.copy_(numbers);
            Dual.Values.copy_(a - bias);
            Cotangent.Stacked.copy_(numbers.flip(0));
            Tensor[] parameters = [.. activation.Segments.Select(_ => Full([1L], 1.3, dtype: dtype))], gradients = [.. activation.Segments.Select(_ => zeros(1, dtype: dtype))];
            activation.Forward(bias, parameters, _tape);
            activation.Pullback(_tape, parameters, Cotangent, gradients);
            Tensors = [Dual.Stacked, Cotangent.Stacked, .. gradients.Select(sum => sum.Over(a.shape[0]))];
        }

        internal Dual Dual { get; }

        internal Dual Cotangent { get; }

        internal Tensor[] Tensors { get; }

        public void Dispose()
        {
            _tape.Dispose();
            _scratch.Dispose();
            Dual.Dispose();
            Cotangent.Dispose();
        }
    }
}
