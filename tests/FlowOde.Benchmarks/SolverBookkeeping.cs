using BenchmarkDotNet.Attributes;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Benchmarks;

/// <summary>What does a dopri5 step cost besides its evaluations? Six combinations and the norm of the error, for 512 rows of columns and their log-density.</summary>
public class SolverBookkeeping : IDisposable
{
    private const int Rows = 512;
    private const double Step = 1e-6;

    private readonly Tolerances _tolerances = new(1e-5, 1e-5);
    private StepWorkspace _workspace = null!;

    [Params(2, 43, 784)]
    public int Columns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        VectorLayout layout = new(
            new Segment("z", Rows, Columns) { IsBatched = true },
            new Segment("deltaLogDensity", Rows) { IsBatched = true, Role = SegmentRole.Quadrature });
        using var start = Seeded.Vector(layout);
        _workspace = new ExplicitRungeKutta(Dopri5.Tableau).CreateWorkspace(layout, ScalarType.Float32, CPU);
        _workspace.Begin(new FreeSystem(), 0, start);
    }

    [Benchmark]
    public double StepAndErrorNorm()
    {
        _workspace.Try(_workspace.Time + Step);
        double error = _workspace.ErrorNorm(ErrorNorm.LargestSegment, _tolerances);
        _workspace.Accept(isLast: false);
        return error;
    }

    [GlobalCleanup]
    public void Dispose() => _workspace.Dispose();
}
