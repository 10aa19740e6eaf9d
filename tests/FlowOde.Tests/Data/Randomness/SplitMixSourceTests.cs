using FlowOde.Data.Randomness;

namespace FlowOde.Tests.Data.Randomness;

public sealed class SplitMixSourceTests
{
    [Fact]
    public void NextBits_OfTheReferenceSeed_IsThePublishedSequence()
    {
        // The first outputs of the authors' reference code for seed 1234567.
        var source = new SplitMixSource(1234567);
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821], Enumerable.Range(0, 5).Select(_ => source.NextBits()));
    }

    [Fact]
    public void NextUniform_OverManyDraws_FillsTheUnitIntervalEvenly()
    {
        var source = new SplitMixSource(1);
        var numbers = Enumerable.Range(0, 100000).Select(_ => source.NextUniform()).ToArray();
        Assert.InRange(numbers.Min(), 0, 1e-3);
        Assert.InRange(numbers.Max(), 0.999, Math.BitDecrement(1.0));
        Assert.InRange(numbers.Average() - 0.5, -0.004, 0.004);
    }

    [Fact]
    public void NextNormal_OverManyDraws_HasTheMomentsOfANormal()
    {
        IUniformSource source = new SplitMixSource(2);
        var numbers = Enumerable.Range(0, 200000).Select(_ => source.NextNormal()).ToArray();

        // Four standard errors: 4/√n, 4·√2/√n, 4·√96/√n.
        Assert.InRange(numbers.Average(), -0.009, 0.009);
        Assert.InRange(numbers.Average(x => x * x) - 1, -0.013, 0.013);
        Assert.InRange(numbers.Average(x => x * x * x * x) - 3, -0.09, 0.09);
    }

    [Fact]
    public void NextNormal_Always_TakesTwoUniforms()
    {
        var source = new SplitMixSource(3);
        ((IUniformSource)source).NextNormal();
        var other = new SplitMixSource(3);
        other.NextBits();
        other.NextBits();
        Assert.Equal(other.NextBits(), source.NextBits());
    }
}
