using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Drawing;
using FlowOde.Samplers.Sampling;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Pictures;

/// <summary>A model as pictures need it: samples, densities on grids, velocities and paths. Float32, at the tolerance of pictures.</summary>
/// <param name="Trained">The model; not changed.</param>
/// <param name="Values">The run's settings.</param>
/// <param name="Columns">The columns' names.</param>
/// <param name="Device">Where to compute.</param>
internal sealed record ModelView(TrainedModel Trained, SettingValues Values, IReadOnlyList<string> Columns, Device Device)
{
    private const double Tolerance = 1e-5;

    /// <summary>The model.</summary>
    public FlowModel Model => Trained.Model;

    /// <summary>Asks for an early end.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>The seed of what pictures draw.</summary>
    public ulong Seed { get; init; } = (ulong)Values.Integer("seed");

    private RandomSource Random => new(Seed);

    private int Threads => Device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)Values.Integer("threads");

    /// <summary>Samples of the model.</summary>
    public PointTable Sample(int count, long first = 0, double temperature = 1)
    {
        using var bound = Bind();
        var flow = bound.Flow;
        var sampler = new FlowSampler(flow, new() { DType = ScalarType.Float32, Device = Device, Threads = Threads });
        return new(Columns, sampler.Sample(Random, first, count, temperature, stop: Stop).Values);
    }

    /// <summary>The model's density on a grid.</summary>
    public DensityField Density(DataLimits x, DataLimits y, int columns, int rows) => Density(Model, x, y, columns, rows);

    /// <summary>The density at a time of the model's clock, for a model of one block.</summary>
    public DensityField DensityAt(double time, DataLimits x, DataLimits y, int columns, int rows)
    {
        return Density(Model.StoppedAt(time), x, y, columns, rows);
    }

    /// <summary>The clock of the block nearest the data.</summary>
    public CnfClock Clock => Model.Clock(Trained.Parameters, 0);

    /// <summary>The velocities of the block nearest the data, in data units.</summary>
    public VectorGrid Velocities(double time, DataLimits x, DataLimits y, int columns, int rows)
    {
        using var scope = NewDisposeScope();
        using var bound = Bind();
        var flow = bound.Flow;
        var standardize = (Standardize)flow.Parts[0];
        var points = tensor(new Rectangle(x.Minimum, x.Maximum, y.Minimum, y.Maximum).CellCentres(columns, rows), [(long)columns * rows, 2]);
        using var at = standardize.ToBase(points, new(Random, RandomPurpose.Evaluation, 0, [])).Values.to(ScalarType.Float32).to(Device);
        double[] velocity = Numbers(((Cnf)flow.Parts[1]).Velocity(time, at));
        var (u, v) = (new double[columns * rows], new double[columns * rows]);
        for (int i = 0; i < u.Length; i++)
        {
            (u[i], v[i]) = (velocity[2 * i] * standardize.Scale[0], velocity[(2 * i) + 1] * standardize.Scale[1]);
        }

        return new(x, y, columns, rows, u, v);
    }

    /// <summary>The ways of samples from base to data, in data units; the blocks' clocks follow each other.</summary>
    public TrajectorySet Paths(int count, int timesPerBlock)
    {
        using var scope = NewDisposeScope();
        using var bound = Bind();
        var flow = bound.Flow;
        var latent = new double[2 * count];
        Random.Stream(RandomPurpose.Sample, 0).FillNormal<double>([.. Enumerable.Range(0, count).Select(i => (long)i)], 2, latent);
        var rows = tensor(latent, [count, 2]).to(ScalarType.Float32).to(Device);
        var points = FlowPath.Of(bound.Flow, rows, null, ((timesPerBlock - 1) * Model.BlockCount) + 1);
        double[] times = [.. points.Select(point => point.Time)];
        double[][] stops = [.. points.Select(point => Numbers(point.Rows))];
        var (x, y) = (new double[count * times.Length], new double[count * times.Length]);
        for (int point = 0; point < count; point++)
        {
            for (int time = 0; time < times.Length; time++)
            {
                (x[(point * times.Length) + time], y[(point * times.Length) + time]) = (stops[time][2 * point], stops[time][(2 * point) + 1]);
            }
        }

        return new(times, x, y);
    }

    private BoundFlow Bind() => Trained.Bind(SolveSettings.ForScoring(Values, Tolerance, new Flows.TraceEstimators.ExactTrace(), Stop), ScalarType.Float32, Device);

    private static double[] Numbers(Tensor rows) => rows.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();

    private DensityField Density(FlowModel model, DataLimits x, DataLimits y, int columns, int rows)
    {
        using var scorer = ModelScorer.Create(Trained with { Model = model }, Values, Device, Tolerance, null, Stop, ScalarType.Float32);
        double[] points = new Rectangle(x.Minimum, x.Maximum, y.Minimum, y.Maximum).CellCentres(columns, rows);
        return DensityField.FromLogDensities(x, y, columns, rows, scorer.Score(points, Random).LogDensity);
    }
}
