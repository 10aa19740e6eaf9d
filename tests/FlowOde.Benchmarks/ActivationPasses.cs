using BenchmarkDotNet.Attributes;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using static TorchSharp.torch;

namespace FlowOde.Benchmarks;

/// <summary>
/// What does an activation of 512 rows, 64 columns and one tangent cost, there and back? Both work in place, so that each call begins with the
/// copy of its input: take the row Copy off the others.
/// </summary>
public class ActivationPasses : IDisposable
{
    private const int Rows = 512;
    private const int Width = 64;

    private Activation _activation = null!;
    private ActivationScratch _scratch = null!;
    private ActivationTape _tape = null!;
    private Dual _output = null!;
    private Dual _cotangent = null!;
    private Tensor _input = null!;
    private Tensor _bias = null!;
    private Tensor[] _parameters = [];
    private Tensor[] _gradients = [];

    [ParamsSource(nameof(Names))]
    public string Activation { get; set; } = string.Empty;

    public static IEnumerable<string> Names => KnownActivations.All.Select(activation => activation.Name);

    [GlobalSetup]
    public void Setup()
    {
        _activation = KnownActivations.Named(Activation);
        _scratch = new(Rows, Width, ScalarType.Float32, CPU);
        _output = new(Rows, 1, Width, ScalarType.Float32, CPU);
        _cotangent = new(Rows, 1, Width, ScalarType.Float32, CPU);
        _tape = _activation.CreateTape(_output, _scratch);
        _input = Seeded.Normal(2 * Rows, Width);
        _bias = zeros(Width);
        _parameters = [.. _activation.Segments.Select(_ => ones(1))];
        _gradients = [.. _activation.Segments.Select(_ => zeros(1))];
        Forward();
    }

    [Benchmark(Baseline = true)]
    public Tensor Copy() => _cotangent.Stacked.copy_(_input);

    [Benchmark]
    public Dual Forward()
    {
        _output.Stacked.copy_(_input);
        _activation.Forward(_bias, _parameters, _tape);
        return _output;
    }

    [Benchmark]
    public Dual Pullback()
    {
        _cotangent.Stacked.copy_(_input);
        _activation.Pullback(_tape, _parameters, _cotangent, _gradients);
        return _cotangent;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        foreach (IDisposable part in (IEnumerable<IDisposable>)[_tape, _output, _cotangent, _scratch, _input, _bias, .. _parameters, .. _gradients])
        {
            part.Dispose();
        }
    }
}
