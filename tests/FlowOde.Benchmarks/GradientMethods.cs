using BenchmarkDotNet.Attributes;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Benchmarks;

/// <summary>
/// What does one gradient of the toy flow's loss cost with each gradient method? 512 rows, hidden layers 64-64-64, one probe, ten fixed steps of dopri5,
/// or of its reversible coupling where the method needs one.
/// </summary>
public class GradientMethods : IDisposable
{
    private const int Rows = 512;
    private const int Columns = 2;
    private const int Steps = 10;

    private readonly NegativeLogLikelihood _objective = new([]);
    private readonly FlowDraw _draw = new(Seeded.Source, RandomPurpose.Probe, 0, Seeded.Rows(Rows));
    private FlatVector _parameters = null!;
    private FlatVector _gradient = null!;
    private SequentialFlow _flow = null!;
    private TrainingBatch _batch = null!;

    [ParamsSource(nameof(Names))]
    public string Adjoint { get; set; } = string.Empty;

    public static IEnumerable<string> Names => AdjointCatalog.All.Select(adjoint => adjoint.Name);

    [GlobalSetup]
    public void Setup()
    {
        var adjoint = AdjointCatalog.Find(Adjoint)!;
        var model = new FlowModel(new FlowOptions { Dimension = Columns }, new Standardize(new double[Columns], [1, 1]));
        _parameters = model.CreateParameters(Seeded.Source, ScalarType.Float32, CPU);
        _gradient = _parameters.CreateLike();
        _batch = new(Seeded.Normal(Rows, Columns), _draw.Rows);
        _flow = model.Bind(_parameters, new()
        {
            Stepper = new[] { "dopri5", "coupled-dopri5" }.Select(name => StepperCatalog.Find(name)!).First(stepper => adjoint.Supports(stepper, out _)),
            Controller = new ConstantStep(Steps),
            Trace = new HutchinsonTrace(),
            Adjoint = adjoint,
        });
    }

    [Benchmark]
    public ObjectiveResult Gradient()
    {
        _gradient.Clear();
        return _objective.Evaluate(_flow, _batch, _draw, Rows, _gradient);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _flow.Dispose();
        _batch.Dispose();
        _gradient.Dispose();
        _parameters.Dispose();
    }
}
