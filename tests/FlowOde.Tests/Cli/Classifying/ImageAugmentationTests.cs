using FlowOde.Cli.Training;
using FlowOde.Flows.Randomness;

namespace FlowOde.Tests.Cli.Classifying;

public sealed class ImageAugmentationTests
{
    private static readonly long[] _rows = [.. Enumerable.Range(0, 40).Select(row => (long)row)];

    [Fact]
    public void Apply_WithAShift_MovesByThatAtMostAndRepeatsTheBorder()
    {
        double[] moved = Ramps();
        new ImageAugmentation(false, 1).Apply(new RandomSource(1), 5, _rows, (1, 3, 4), moved);
        var seen = new HashSet<(double, double)>();
        for (int i = 0; i < _rows.Length; i++)
        {
            // A pixel is 10 y + x: the middle one says where it came from.
            double from = moved[(i * 12) + 5], down = 1 - Math.Floor(from / 10), right = 1 - (from % 10);
            Assert.InRange(down, -1, 1);
            Assert.InRange(right, -1, 1);
            seen.Add((down, right));
            for (int at = 0; at < 12; at++)
            {
                double y = Math.Clamp((at / 4) - down, 0, 2), x = Math.Clamp((at % 4) - right, 0, 3);
                Assert.Equal((10 * y) + x, moved[(i * 12) + at]);
            }
        }

        Assert.True(seen.Count >= 7, $"{seen.Count} of 9 shifts seen");
    }

    [Fact]
    public void Apply_Again_GivesTheSameImages()
    {
        var (a, b, c) = (Ramps(), Ramps(), Ramps());
        var augmentation = new ImageAugmentation(true, 1);
        augmentation.Apply(new RandomSource(1), 5, _rows, (1, 3, 4), a);
        augmentation.Apply(new RandomSource(1), 5, _rows, (1, 3, 4), b);
        augmentation.Apply(new RandomSource(1), 6, _rows, (1, 3, 4), c);
        Assert.Equal(a, b);
        Assert.NotEqual(a, c);
    }

    private static double[] Ramps() => [.. _rows.SelectMany(_ => Enumerable.Range(0, 12).Select(at => (10.0 * (at / 4)) + (at % 4)))];
}
