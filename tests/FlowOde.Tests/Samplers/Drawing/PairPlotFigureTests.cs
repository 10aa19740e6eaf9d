using FlowOde.Samplers.Drawing;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class PairPlotFigureTests
{
    [Fact]
    public void Size_WithMoreColumns_GrowsUpToEight()
    {
        var widths = Enumerable.Range(1, 9).Select(columns => new PairPlotFigure(Pictures.Normal(50, columns), Pictures.Normal(50, columns)).Size.Width).ToArray();

        Assert.All(widths[..7].Zip(widths[1..8]), pair => Assert.True(pair.Second >= pair.First, $"{pair}"));
        Assert.Equal(widths[7], widths[8]);
    }

    [Fact]
    public void Draw_NineColumns_SaysWhichAreLeftOut()
    {
        Assert.Contains(">NLL 9.1; first 8 of 9 columns<", Svg(9), StringComparison.Ordinal);
        Assert.DoesNotContain("first", Svg(8), StringComparison.Ordinal);

        static string Svg(int columns) => Pictures.Svg(new PairPlotFigure(Pictures.Normal(30, columns), Pictures.Normal(30, columns)) { Caption = "NLL 9.1" })
            .Replace("\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);
    }

    public static TheoryData<string, PointTable, PointTable> Extremes => new()
    {
        { "no samples", Pictures.Normal(20, 3), Pictures.Table(3) },
        { "no data", Pictures.Table(3), Pictures.Normal(20, 3) },
        { "nothing", Pictures.Table(2), Pictures.Table(2) },
        { "one row", Pictures.Table(2, 1, 2), Pictures.Table(2, 1, 2) },
        { "one column", Pictures.Normal(20, 1), Pictures.Normal(20, 1) },
        { "equal values", Pictures.Table(2, [.. Enumerable.Repeat(7.0, 40)]), Pictures.Table(2, [.. Enumerable.Repeat(7.0, 40)]) },
        { "NaN", Pictures.Table(2, double.NaN, 1, double.NaN, 2), Pictures.Table(2, 1, double.NaN) },
        { "huge", Pictures.Table(2, 1e300, -1e300, -1e300, 1e300, 0, 0), Pictures.Table(2, double.PositiveInfinity, 1e308) },
        { "long names", new PointTable([new string('m', 300), "b"], [1, 2, 3, 4]), Pictures.Table(2, 1, 2) },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Draw_ExtremeTables_DrawsThemTheSameTwice(string name, PointTable data, PointTable samples)
    {
        var figure = new PairPlotFigure(data, samples) { Title = name };

        Assert.Equal(Pictures.Png(figure), Pictures.Png(figure));
    }

    [Fact]
    public void Thinned_ManyValues_KeepsTheSameRowsOfEveryColumn()
    {
        var rows = Enumerable.Range(0, 10_000).Select(i => (double)i).ToArray();
        var kept = PairPlotFigure.Thinned(rows);

        Assert.Equal(PairPlotFigure.MostPointsShown, kept.Distinct().Count());
        Assert.Equal(kept.Select(row => -row), PairPlotFigure.Thinned([.. rows.Select(row => -row)]));
    }

    [Fact]
    public void Constructor_OnTablesOfDifferentWidth_Throws() =>
        Assert.Throws<ArgumentException>(() => new PairPlotFigure(Pictures.Normal(5, 3), Pictures.Normal(5, 2)));
}
