using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class TrajectoriesFigureTests
{
    [Fact]
    public void Draw_OneWay_EndsInTheEndMarkAndIsColouredByTime()
    {
        var limits = new DataLimits(0, 1);
        var figure = new TrajectoriesFigure { Trajectories = new([0, 0.5, 1], [0.1, 0.5, 0.9], [0.1, 0.5, 0.9]), X = limits, Y = limits };
        using var bitmap = FigureWriter.ToBitmap(figure, 1);
        var panel = new SKRectI(40, 60, 500, bitmap.Height - 40);
        var marks = from y in Enumerable.Range(panel.Top, panel.Height)
                    from x in Enumerable.Range(panel.Left, panel.Width - 30)
                    where Pictures.IsNear(bitmap.GetPixel(x, y), FigureStyle.Samples)
                    select (x, y);
        var pixels = marks.ToArray();

        // The end lies a tenth from the right and from the top of a frame of 440 points.
        Assert.NotEmpty(pixels);
        Assert.True(pixels.Average(pixel => pixel.x) > 380 && pixels.Average(pixel => pixel.y) < 130, $"({pixels.Average(p => p.x)}, {pixels.Average(p => p.y)})");
    }

    public static TheoryData<string, TrajectorySet> Extremes => new()
    {
        { "none", new([0, 1], [], []) },
        { "at rest", new([0, 1], [1, 1], [2, 2]) },
        { "NaN", new([0, 1, 2], [1, double.NaN, 2], [1, 2, 3]) },
        { "huge", new([1, 0], [1e300, -1e300], [double.PositiveInfinity, 1e308]) },
        { "backwards", new([3, 2, 1], [1, 2, 3], [1, 2, 3]) },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Draw_ExtremeWays_DrawsThemTheSameTwice(string name, TrajectorySet trajectories)
    {
        var figure = new TrajectoriesFigure { Trajectories = trajectories, Title = name, Aspect = PlotAspect.EqualUnits };

        Assert.Equal(Pictures.Png(figure), Pictures.Png(figure));
    }

    [Fact]
    public void TrajectorySet_OnWrongArrays_Throws()
    {
        Assert.Throws<ArgumentException>(() => new TrajectorySet([0], [1], [1]));
        Assert.Throws<ArgumentException>(() => new TrajectorySet([0, 1, 1], new double[3], new double[3]));
        Assert.Throws<ArgumentException>(() => new TrajectorySet([0, double.NaN], [1, 2], [1, 2]));
        Assert.Throws<ArgumentException>(() => new TrajectorySet([0, 1], [1, 2, 3], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new TrajectorySet([0, 1], [1, 2], [1, 2, 3, 4]));
    }
}
