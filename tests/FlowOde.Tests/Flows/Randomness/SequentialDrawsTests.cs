using FlowOde.Flows.Randomness;

namespace FlowOde.Tests.Flows.Randomness;

public sealed class SequentialDrawsTests
{
    [Fact]
    public void Next_FromTwoReadersOfOneStream_GivesTheSameNumbers()
    {
        var first = Reader(1);
        var second = Reader(1);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(first.NextUniform(), second.NextUniform());
            Assert.Equal(first.NextNormal(), second.NextNormal());
            Assert.Equal(first.NextIndex(10), second.NextIndex(10));
        }

        Assert.NotEqual(first.NextUniform(), Reader(2).NextUniform());
    }

    [Fact]
    public void Next_OfManyNumbers_HasTheMomentsOfItsLaw()
    {
        var draws = Reader(3);
        double uniform = 0, normal = 0, square = 0;
        var counts = new int[5];
        const int count = 50_000;
        for (var i = 0; i < count; i++)
        {
            uniform += draws.NextUniform() / count;
            var value = draws.NextNormal();
            (normal, square) = (normal + (value / count), square + (value * value / count));
            counts[draws.NextIndex(5)]++;
        }

        // Five standard errors: 0.289, 1 and √2 over √50,000; a bin of 10,000 has standard deviation 89.
        Assert.InRange(uniform, 0.5 - 0.0065, 0.5 + 0.0065);
        Assert.InRange(normal, -0.023, 0.023);
        Assert.InRange(square, 1 - 0.032, 1 + 0.032);
        Assert.All(counts, n => Assert.InRange(n, 9_550, 10_450));
    }

    [Fact]
    public void NextUniform_AtTheSameStep_SharesNothingWithTheStream()
    {
        var source = new RandomSource(8);
        var stream = new double[100];
        source.Stream(RandomPurpose.Toy, 1).FillUniform(RandomStreamTests.Rows(50), 2, stream.AsSpan());
        var reader = new SequentialDraws(source, RandomPurpose.Toy, 1);
        Assert.DoesNotContain(Enumerable.Range(0, 100).Select(_ => reader.NextUniform()), x => stream.Contains(x));
    }

    private static SequentialDraws Reader(long step) => new(new RandomSource(4), RandomPurpose.Mixture, step);
}
