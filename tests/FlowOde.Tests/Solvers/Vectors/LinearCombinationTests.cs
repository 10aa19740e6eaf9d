using FlowOde.Solvers.Vectors;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Vectors;

public class LinearCombinationTests
{
    [Property(MaxTest = 40)]
    public void Write_OfAnyLengthAndTerms_IsTheSumInItsRangesAndLeavesTheRest(byte length, byte count, int seed)
    {
        var random = new Random(seed);
        var layout = new VectorLayout(new Segment("a", 1 + (length % 70)), new Segment("b", 3), new Segment("c", 1 + (length % 5)));
        var vectors = Enumerable.Range(0, 1 + (count % 8)).Select(_ => Random(layout, random)).ToArray();
        double[] factors = [.. vectors.Select((_, i) => i == 1 ? 0 : (2 * random.NextDouble()) - 1)];
        using var into = Random(layout, random);
        double[] before = into.AsSpan<double>().ToArray();
        var range = new VectorRange(layout.Segments[1].Offset, 3 + 13 + layout.Segments[2].Length);
        LinearCombination.Write(into, factors, vectors, [range], into);
        for (int i = 0; i < layout.Length; i++)
        {
            bool inside = i >= range.Offset && i < range.Offset + range.Length;
            double expected = before[i] + (inside ? vectors.Zip(factors, (v, f) => v.AsSpan<double>()[i] * f).Sum() : 0);
            Assert.Equal(expected, into.AsSpan<double>()[i], 1e-12);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void IsFinite_WithOneBadEntryAnywhere_IsFalse(int length)
    {
        using var vector = new FlatVector(new VectorLayout(new Segment("a", length)), ScalarType.Float32);
        VectorRange[] all = [new(0, length)];
        Assert.True(LinearCombination.IsFinite(vector, all));
        for (int i = 0; i < length; i++)
        {
            foreach (float bad in new[] { float.NaN, float.PositiveInfinity })
            {
                vector.AsSpan<float>()[i] = bad;
                Assert.False(LinearCombination.IsFinite(vector, all));
                vector.AsSpan<float>()[i] = 1e38f;
            }
        }
    }

    private static FlatVector Random(VectorLayout layout, Random random)
    {
        var vector = new FlatVector(layout, ScalarType.Float64);
        foreach (ref double value in vector.AsSpan<double>())
        {
            value = (2 * random.NextDouble()) - 1;
        }

        return vector;
    }
}
