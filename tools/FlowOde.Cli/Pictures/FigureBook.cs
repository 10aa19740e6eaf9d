using FlowOde.Cli.Failures;
using FlowOde.Cli.Training;
using FlowOde.Data.ToyDensities;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Pictures;

/// <summary>Composes the figures of a run.</summary>
/// <param name="view">The model.</param>
/// <param name="data">The data, or null where they are gone.</param>
/// <param name="title">The title of all figures.</param>
/// <param name="caption">One line below it.</param>
internal sealed class FigureBook(ModelView view, TrainingData? data, string title, string caption)
{
    private const int Samples = 5_000;
    private const int DataShown = 20_000;
    private const int Cells = 200 * 200;
    private const int FrameCells = 100 * 100;
    private const int Arrows = 22 * 22;

    private readonly Lazy<PointTable> _samples = new(() => view.Sample(Samples));

    private PointTable Data => data is null
        ? throw new UsageException("This figure shows the data, which were not found again; use --what density, samples or loss.")
        : new(data.Columns, data.Train.AtMost(DataShown).Values);

    private PlaneView Plane
    {
        get
        {
            RequirePlane();
            return PlaneView.Of(data is null ? _samples.Value : Data, data?.Truth);
        }
    }

    /// <summary>Data, density and samples side by side.</summary>
    public IFigure Panels()
    {
        var plane = Plane;
        return new ThreePanelFigure
        {
            Data = Data,
            Density = Density(plane, Cells),
            Samples = _samples.Value,
            TrueDensity = data?.Truth is { HasExactDensity: true } truth ? True(truth, plane) : null,
            Title = title,
            Caption = caption,
            Aspect = plane.Aspect,
            TickSuffix = plane.Suffix,
        };
    }

    /// <summary>The density alone.</summary>
    public IFigure Density() => Density(null);

    /// <summary>Samples over the density, or all pairs of columns where there are not two.</summary>
    public IFigure Sampled() => view.Columns.Count == 2 ? Density(_samples.Value) : Pairs();

    /// <summary>Samples of another seed or temperature, over the density where there are two columns.</summary>
    public IFigure SampledAlone(int count, double temperature, ulong seed)
    {
        var samples = (view with { Seed = seed }).Sample(count, 0, temperature);
        return view.Columns.Count == 2 ? Density(samples) : new PairPlotFigure(samples, new(view.Columns, [])) { Title = title, Caption = caption };
    }

    /// <summary>All pairs of columns.</summary>
    public IFigure Pairs() => new PairPlotFigure(Data, _samples.Value) { Title = title, Caption = caption };

    /// <summary>The velocities at a time of the model's clock, over the density at that time.</summary>
    public IFigure Field(double? time)
    {
        var plane = Plane;
        double at = Checked(time);
        var (columns, rows) = plane.Cells(Arrows);
        return new VectorFieldFigure
        {
            Field = view.Velocities(at, plane.X, plane.Y, columns, rows),
            Density = view.Model.BlockCount == 1 ? DensityAt(at, plane) : null,
            Time = at,
            Title = title,
            Caption = caption,
            XTitle = view.Columns[0],
            YTitle = view.Columns[1],
            Aspect = plane.Aspect,
        };
    }

    /// <summary>The ways of points from base to data.</summary>
    public IFigure Trajectories()
    {
        var plane = Plane;
        return new TrajectoriesFigure
        {
            Trajectories = view.Paths(200, 40),
            Title = title,
            Caption = caption,
            XTitle = view.Columns[0],
            YTitle = view.Columns[1],
            Aspect = plane.Aspect,
        };
    }

    /// <summary>The density as it grows from the base to the data.</summary>
    public IReadOnlyList<AnimationFrame> Frames(int count)
    {
        var plane = Plane;
        var options = view.Model.Options;
        if (options.Blocks > 1)
        {
            throw new UsageException($"An animation shows the clock of one block; this model has {options.Blocks}. Use --what trajectories.");
        }

        var clock = view.Clock;
        var times = Enumerable.Range(0, count).Select(i => clock.BaseTime + ((clock.DataTime - clock.BaseTime) * i / Math.Max(1, count - 1))).ToArray();
        var fields = times.Select(time => DensityAt(time, plane)).ToArray();
        var scale = ColourScale.ForDensity(fields[^1].Densities);
        return [.. fields.Select((field, i) => new AnimationFrame(
            new DensityFigure { Density = field, Title = title, Caption = $"t = {times[i]:F2}", XTitle = view.Columns[0], YTitle = view.Columns[1], TickSuffix = plane.Suffix, Aspect = plane.Aspect, Scale = scale },
            TimeSpan.FromMilliseconds(i == count - 1 ? 1500 : 80)))];
    }

    private static DensityField True(IToyDensity truth, PlaneView plane)
    {
        var (columns, rows) = plane.Cells(Cells);
        double[] x = DensityField.CellCentres(plane.X, columns), y = DensityField.CellCentres(plane.Y, rows);
        var logs = new double[columns * rows];
        Parallel.For(0, rows, row =>
        {
            for (int column = 0; column < columns; column++)
            {
                logs[(row * columns) + column] = truth.LogDensity(x[column], y[row]);
            }
        });
        return DensityField.FromLogDensities(plane.X, plane.Y, columns, rows, logs);
    }

    private DensityFigure Density(PointTable? points)
    {
        var plane = Plane;
        return new() { Density = Density(plane, Cells), Points = points, Title = title, Caption = caption, XTitle = view.Columns[0], YTitle = view.Columns[1], TickSuffix = plane.Suffix, Aspect = plane.Aspect };
    }

    private DensityField Density(PlaneView plane, int cells)
    {
        var (columns, rows) = plane.Cells(cells);
        return view.Density(plane.X, plane.Y, columns, rows);
    }

    private DensityField DensityAt(double time, PlaneView plane)
    {
        var clock = view.Clock;
        var (columns, rows) = plane.Cells(FrameCells);

        // No flow takes no time: the base itself is shown a thousandth of the way on.
        double at = time == clock.BaseTime ? clock.BaseTime + (1e-3 * (clock.DataTime - clock.BaseTime)) : time;
        return view.DensityAt(at, plane.X, plane.Y, columns, rows);
    }

    private double Checked(double? time)
    {
        var clock = view.Clock;
        double at = time ?? clock.DataTime, low = Math.Min(clock.BaseTime, clock.DataTime), high = Math.Max(clock.BaseTime, clock.DataTime);
        return at >= low && at <= high ? at : throw new UsageException($"--time {at:R} lies outside the model's clock, {low:R} to {high:R}.");
    }

    private void RequirePlane()
    {
        if (view.Columns.Count != 2)
        {
            throw new UsageException($"This figure shows a plane, and the model has {view.Columns.Count} columns; use --what pairs, samples or loss.");
        }
    }
}
