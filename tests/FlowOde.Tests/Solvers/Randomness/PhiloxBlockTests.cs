using FlowOde.Solvers.Randomness;

namespace FlowOde.Tests.Solvers.Randomness;

public sealed class PhiloxBlockTests
{
    // Known answers published with the Random123 library (kat_vectors, philox4x32 10).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void At_OnPublishedInputs_GivesThePublishedOutputs(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint w0, uint w1, uint w2, uint w3)
    {
        Assert.Equal(new PhiloxBlock(w0, w1, w2, w3), PhiloxBlock.At(c0, c1, c2, c3, ((ulong)k1 << 32) | k0));
    }

    [Fact]
    public void Address_OfCornerParts_NeverSharesABlock()
    {
        // Each part at 0, 1, its largest value and a power of two in its middle: overlapping fields would meet somewhere.
        long[] counts = [0, 1, 1L << 20, 1L << 31, 1L << 32, (1L << 44) - 1];
        int[] blocks = [0, 1, 1 << 28, (1 << 29) - 1];
        var seen = new HashSet<PhiloxBlock>();
        var made = 0;
        foreach (var purpose in new[] { 0, 1, 255 })
        {
            foreach (var kind in Enum.GetValues<DrawKind>())
            {
                foreach (var step in counts)
                {
                    foreach (var row in counts)
                    {
                        foreach (var block in blocks)
                        {
                            seen.Add(new BlockAddress(7, purpose, step, kind)[row, block]);
                            made++;
                        }
                    }
                }
            }
        }

        Assert.Equal(made, seen.Count);
    }
}
