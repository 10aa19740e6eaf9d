using System.Runtime.CompilerServices;

namespace FlowOde.Solvers.Randomness;

/// <summary>One output of the counter-based generator Philox 4x32-10: 128 bits that are a function of a counter and a key.</summary>
/// <remarks>Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", §3.3: ten rounds, the key bumped between them.</remarks>
internal readonly record struct PhiloxBlock(uint W0, uint W1, uint W2, uint W3)
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>First 64 of the bits.</summary>
    public ulong Low => ((ulong)W1 << 32) | W0;

    /// <summary>Last 64 of the bits.</summary>
    public ulong High => ((ulong)W3 << 32) | W2;

    /// <summary>The block at a counter under a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxBlock At(uint c0, uint c1, uint c2, uint c3, ulong key)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return new PhiloxBlock(c0, c1, c2, c3);
    }
}
