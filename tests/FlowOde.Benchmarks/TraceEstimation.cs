using BenchmarkDotNet.Attributes;
using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Benchmarks;

/// <summary>What does an evaluation of a flow's dynamics cost with the exact trace and with one probe? For 512 rows and hidden layers 64-64-64.</summary>
public class TraceEstimation : IDisposable
{
    private const int Rows = 512;
    private const double Time = 0.3;

    private readonly List<IDisposable> _owned = [];
    private FlatVector _state = null!;
    private FlatVector _derivative = null!;
    private (IDifferentiableField Field, FieldTape Tape) _exact;
    private (IDifferentiableField Field, FieldTape Tape) _hutchinson;

    [Params(2, 8)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var options = new MlpOptions { Dimension = Dimension };
        var parameters = Seeded.Parameters(options);
        _owned.Add(parameters);
        _exact = Field(options, parameters, new ExactTrace());
        _hutchinson = Field(options, parameters, new HutchinsonTrace());
        _state = Seeded.Vector(_exact.Field.StateLayout(Rows));
        _derivative = _state.CreateLike();
        _owned.AddRange([_state, _derivative]);
    }

    [Benchmark(Baseline = true)]
    public FlatVector Exact() => Evaluate(_exact);

    [Benchmark]
    public FlatVector Hutchinson() => Evaluate(_hutchinson);

    [GlobalCleanup]
    public void Dispose() => _owned.ForEach(part => part.Dispose());

    private FlatVector Evaluate((IDifferentiableField Field, FieldTape Tape) solve)
    {
        solve.Field.Evaluate(Time, _state, solve.Tape, _derivative);
        return _derivative;
    }

    private (IDifferentiableField Field, FieldTape Tape) Field(MlpOptions options, FlatVector parameters, ITraceEstimator trace)
    {
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), trace);
        var directions = dynamics.DrawDirections(Seeded.Rows(Rows), Seeded.Source.Stream(RandomPurpose.Probe, 0));
        var field = dynamics.ForSolve(directions);
        var workspace = field.CreateWorkspace(new(Rows, parameters.DType, parameters.Device));
        var tape = workspace.RentTape();
        _owned.AddRange([tape, workspace, directions]);
        return (field, tape);
    }
}
