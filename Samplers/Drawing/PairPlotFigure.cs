using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Every pair of columns of a table: histograms on the diagonal, data and samples mixed below it, the samples' smoothed
/// density above.</summary>
/// <remarks>Limits are robust ones of the data's columns. Scatter panels show at most <see cref="MostPointsShown"/> evenly chosen rows of each table; histograms and densities count all.</remarks>
public sealed record PairPlotFigure : IFigure
{
    /// <summary>The greatest number of columns shown.</summary>
    public const int MostColumns = 8;

    /// <summary>The greatest number of points of each table in a scatter panel.</summary>
    public const int MostPointsShown = 1500;

    private const float Gap = 10;

    /// <summary>Makes a pair plot.</summary>
    /// <param name="data">The data.</param>
    /// <param name="samples">Samples of the model with the same columns; no rows is possible.</param>
    /// <exception cref="ArgumentException">The tables have different numbers of columns.</exception>
    public PairPlotFigure(PointTable data, PointTable samples)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ColumnNames.Count != data.ColumnNames.Count)
        {
            throw new ArgumentException($"The samples have {samples.ColumnNames.Count} columns, but the data have {data.ColumnNames.Count}.", nameof(samples));
        }

        Data = data;
        Samples = samples;
    }

    /// <summary>The data.</summary>
    public PointTable Data { get; }

    /// <summary>Samples of the model.</summary>
    public PointTable Samples { get; }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title; which columns are left out is added to it.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <inheritdoc/>
    public SKSize Size
    {
        get
        {
            var left = LeftMargin;
            var side = (Shown * Cell) + ((Shown - 1) * Gap);
            var bottom = new Axes { XTitle = "x", TickSize = TickSize }.BottomMargin();
            return new SKSize(Math.Max(left + side + FigureStyle.Border + 6, 360), Top + side + bottom + FigureStyle.Border);
        }
    }

    private int Shown => Math.Min(Data.ColumnNames.Count, MostColumns);

    private float Cell => Math.Clamp(MathF.Floor(900f / Shown), 118, 230);

    private float TickSize => Shown > 4 ? 11.5f : FigureStyle.TickSize;

    private float LeftMargin => FigureStyle.Border + Enumerable.Range(0, Shown).Max(
        column => new Axes { YTitle = "y", TickSize = TickSize }.LeftMargin(DataLimits.Robust(Data.Column(column)), Cell));

    private string FullCaption => Data.ColumnNames.Count <= MostColumns
        ? Caption
        : (Caption.Length > 0 ? Caption + "; " : "") + $"first {MostColumns} of {Data.ColumnNames.Count} columns";

    private float Top => FigureLayout.Top(Title, FullCaption) + FigureLayout.HeadingHeight;

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, FullCaption);
        var left = LeftMargin;
        var data = Enumerable.Range(0, Shown).Select(Data.Column).ToArray();
        var samples = Enumerable.Range(0, Shown).Select(Samples.Column).ToArray();
        var limits = data.Zip(samples, (d, s) => DataLimits.Robust(d.Any(DataLimits.IsDrawable) ? d : s)).ToArray();
        for (var row = 0; row < Shown; row++)
        {
            for (var column = 0; column < Shown; column++)
            {
                var frame = SKRect.Create(left + (column * (Cell + Gap)), Top + (row * (Cell + Gap)), Cell, Cell);
                var panel = new PairPlotPanel(frame, TickSize)
                {
                    LeftRoom = left - FigureStyle.Border,
                    IsLeft = column == 0,
                    IsBottom = row == Shown - 1,
                    XName = Data.ColumnNames[column],
                    YName = Data.ColumnNames[row],
                };
                panel.Draw(canvas, (data[column], data[row]), (samples[column], samples[row]), (limits[column], limits[row]), Math.Sign(row - column));
            }
        }

        DrawLegend(canvas, left);
    }

    /// <summary>At most <see cref="MostPointsShown"/> values, evenly chosen by row, so that columns stay together.</summary>
    internal static double[] Thinned(double[] values)
    {
        if (values.Length <= MostPointsShown)
        {
            return values;
        }

        var kept = new double[MostPointsShown];
        for (var i = 0; i < kept.Length; i++)
        {
            kept[i] = values[(int)((long)i * values.Length / kept.Length)];
        }

        return kept;
    }

    private void DrawLegend(SKCanvas canvas, float left)
    {
        string Label(string name, PointTable table) => table.Rows > MostPointsShown
            ? $"{name} ({FigureLayout.Count(table.Rows)}, {FigureLayout.Count(MostPointsShown)} drawn)"
            : $"{name} ({FigureLayout.Count(table.Rows)})";
        new Legend { Entries = [(Legend.Mark.Disc, FigureStyle.Data, Label("data", Data)), (Legend.Mark.Disc, FigureStyle.Samples, Label("samples", Samples))] }
            .Draw(canvas, left, Top - 10);
    }
}
