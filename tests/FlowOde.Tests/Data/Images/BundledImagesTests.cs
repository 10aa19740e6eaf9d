using FlowOde.Data.Images;
using FlowOde.Data.Sources;
using FlowOde.Data.Splits;

namespace FlowOde.Tests.Data.Images;

/// <summary>The images inside the assembly, and how images are split.</summary>
public sealed class BundledImagesTests
{
    [Fact]
    public void Digits_AreThePublishedOnes()
    {
        var set = Open("digits");
        Assert.Equal((1797, 1, 8, 8, 17, 10), (set.Count, set.Channels, set.Height, set.Width, set.Levels, set.ClassNames.Count));
        Assert.Equal([0, 0, 5, 13, 9, 1, 0, 0], set.Row(0)[..8].ToArray().Select(pixel => (int)pixel)); // as printed in scikit-learn's documentation
        Assert.Equal([0, 1, 2, 3, 4], set.Labels.Take(5));
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], Enumerable.Range(0, 10).Select(label => set.Labels.Count(other => other == label)));
        Assert.Equal(4.884, set.Moments(0).Mean, 1e-3);
    }

    [Fact]
    public void Mnist10k_IsTheOfficialTestPart()
    {
        var set = Open("mnist10k");
        Assert.Equal((10_000, 28, 28, 256), (set.Count, set.Height, set.Width, set.Levels));
        Assert.Equal([7, 2, 1, 0, 4], set.Labels.Take(5));
        Assert.Null(set.Parts);
    }

    [Fact]
    public void Split_OfImages_KeepsEqualOnesTogetherAndDependsOnTheSeed()
    {
        byte[] pixels = [.. Enumerable.Range(0, 400).SelectMany(i => new[] { (byte)(i / 2 % 200), (byte)(i / 2) })]; // pairs of equal images
        var set = new ImageSet("pairs", (1, 1, 2), 256, pixels, [], []);
        var (train, validation, test) = ImageSplit.Make(set, Options(1));
        Assert.Equal(Enumerable.Range(0, 400), train.Concat(validation).Concat(test).Order());
        Assert.InRange(validation.Length, 40, 44);
        Assert.InRange(test.Length, 40, 44);
        Assert.All(test, row => Assert.Contains(row ^ 1, test));
        Assert.NotEqual(test, ImageSplit.Make(set, Options(2)).Test);
    }

    [Fact]
    public void Split_WithPublishedParts_KeepsThem()
    {
        var set = new ImageSet("parts", (1, 1, 1), 256, [.. Enumerable.Range(0, 100).Select(i => (byte)i)], [], []) { Parts = new() { TrainRows = 80, TestRows = 20 } };
        var (train, validation, test) = ImageSplit.Make(set, Options(1));
        Assert.Equal(Enumerable.Range(80, 20), test);
        Assert.Equal((72, 8), (train.Length, validation.Length));
    }

    private static SplitOptions Options(ulong seed) => new() { Seed = seed, ValidationFraction = 0.1, TestFraction = 0.1 };

    private static ImageSet Open(string name) => Assert.IsType<ImageSource>(DataCatalog.Resolve(name, new())).Images;
}
