using FlowOde.Flows.Classification;
using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Classification;

public sealed class StemShapeTests
{
    public static TheoryData<string, int, int, int> Sides()
    {
        var cases = new TheoryData<string, int, int, int>();
        foreach (var stem in StemShape.All)
        {
            foreach (int side in (int[])[28, 27, 13, 10])
            {
                cases.Add(stem.Name, side, 0, 0);
                cases.Add(stem.Name, side, 2, 1);
            }
        }

        return cases;
    }

    /// <summary>What the stem makes has the size that blocks are told: a classifier of it has scores, and the block's parameters do not depend on it.</summary>
    [Theory]
    [MemberData(nameof(Sides))]
    public void Stem_OfAnySide_MakesImagesOfTheSizeThatBlocksExpect(string name, int side, int halvings, int seed)
    {
        var options = Options(name, side, halvings);
        using var model = new OdeClassifier(options, [.. Enumerable.Repeat(0.0, side * side)], [.. Enumerable.Repeat(1.0, side * side)]);
        using var parameters = model.CreateParameters(new RandomSource((ulong)seed), ScalarType.Float64, CPU);
        using var values = rand(3, side * side, dtype: ScalarType.Float64, generator: new Generator((ulong)seed));
        using var scores = model.Bind(parameters, new ClassifierSolve(), isTrained: false).Score(values);
        Assert.All(scores.Probabilities(), value => Assert.InRange(value, 1e-6, 1));
    }

    [Theory]
    [InlineData("padded", 28, 2, 7)]
    [InlineData("padded", 27, 2, 7)]
    [InlineData("published", 28, 2, 6)]
    [InlineData("published", 28, 0, 26)]
    [InlineData("published", 6, 2, 1)]
    public void SideBehind_IsThatOfTheConvolutions(string name, int side, int halvings, int expected) =>
        Assert.Equal(expected, StemShape.Named(name).SideBehind(side, halvings));

    [Theory]
    [InlineData("padded", 4)]
    [InlineData("published", 6)]
    public void Check_OfSmallerImages_IsRefused(string name, int least)
    {
        Options(name, least, 2).Check();
        Assert.Contains($"{least} x {least} at least", Assert.Throws<ArgumentException>(() => Options(name, least - 1, 2).Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_OfNone_ListsThem() => Assert.Contains("padded, published", Assert.Throws<ArgumentException>(() => StemShape.Named("x")).Message, StringComparison.Ordinal);

    private static OdeClassifierOptions Options(string stem, int side, int halvings) => new()
    {
        Dimension = side * side,
        Image = new(1, side, side),
        Classes = 3,
        Architecture = KnownArchitectures.Named("resnet"),
        Field = KnownBlocks.Named("conv"),
        Channels = 6,
        Depth = 2,
        Halvings = halvings,
        Stem = StemShape.Named(stem),
        NormGroups = 3,
    };
}
