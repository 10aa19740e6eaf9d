using BenchmarkDotNet.Attributes;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Benchmarks;

/// <summary>What does it cost to make a time-dependent layer an affine one, and to pull that back? For one layer of 64 inputs and outputs.</summary>
public class LayerFolds : IDisposable
{
    private static readonly LayerSizes _sizes = new(64, 64);

    private double _time;
    private FlatVector _parameters = null!;
    private FlatVector _gradient = null!;
    private LayerFold _fold = null!;
    private AffineLayers _cotangent = null!;

    [ParamsSource(nameof(Names))]
    public string Layer { get; set; } = string.Empty;

    public static IEnumerable<string> Names => KnownLayers.OfMatrices.Select(kind => kind.Name);

    [GlobalSetup]
    public void Setup()
    {
        var kind = KnownLayers.Named(Layer);
        _parameters = Seeded.Parameters(new MlpOptions { Dimension = 64, Hidden = [], LayerType = kind });
        _gradient = _parameters.CreateLike();
        _fold = kind.CreateFold(_sizes, _parameters);

        // A cotangent of zeros costs as much as any other, and stays what it is where a fold uses it as scratch.
        _cotangent = new(_sizes, ScalarType.Float32, CPU, transposeWide: true);
        Fold();
    }

    [Benchmark(Baseline = true)]
    public LayerFold Fold()
    {
        _time = 1 - _time;
        _fold.Fold(_time);
        return _fold;
    }

    [Benchmark]
    public FlatVector Pullback()
    {
        _fold.Pullback(_cotangent, 1, _gradient, null);
        return _gradient;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _fold.Dispose();
        _cotangent.Dispose();
        _gradient.Dispose();
        _parameters.Dispose();
    }
}
