using BenchmarkDotNet.Attributes;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Benchmarks;

/// <summary>What does one evaluation of a network cost, and each half of its pullback, at one time and at a time for each row?</summary>
public class NetworkSweep : IDisposable
{
    private FlatVector _parameters = null!;
    private FlatVector _gradient = null!;
    private INetwork _network = null!;
    private NetworkWorkspace _workspace = null!;
    private NetworkTape _tape = null!;
    private Tensor _inputCotangent = null!;
    private Tensor _times = null!;
    private EvaluationTime _time;

    [ParamsSource(nameof(Cases))]
    public SweepCase Case { get; set; } = null!;

    public static IEnumerable<SweepCase> Cases => SweepCase.All;

    [Params(false, true)]
    public bool TimeByRow { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _parameters = Seeded.Parameters(Case.Options);
        _gradient = _parameters.CreateLike();
        _network = Case.Options.CreateNetwork(_parameters);
        _workspace = _network.CreateWorkspace(new(Case.Rows, ScalarType.Float32, CPU), Case.Tangents);
        _tape = _workspace.CreateTape();
        _inputCotangent = zeros(Case.Rows, _network.Dimension);
        _times = linspace(0, 1, Case.Rows);
        _time = TimeByRow ? new(_times) : new(0.3);
        Seeded.Fill(_tape.Input);
        Seeded.Fill(_workspace.OutputCotangent);
        Forward();
        Pullback();
    }

    [Benchmark(Baseline = true)]
    public NetworkTape Forward()
    {
        _network.Forward(_time, _tape);
        return _tape;
    }

    [Benchmark]
    public Tensor Pullback()
    {
        _network.Pullback(_tape, _inputCotangent);
        return _inputCotangent;
    }

    [Benchmark]
    public FlatVector Parameters()
    {
        _network.PullbackParameters(_tape, 1, _gradient, null);
        return _gradient;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _tape.Dispose();
        _workspace.Dispose();
        _inputCotangent.Dispose();
        _times.Dispose();
        _gradient.Dispose();
        _parameters.Dispose();
    }
}
