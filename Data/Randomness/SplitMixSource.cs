namespace FlowOde.Data.Randomness;

/// <summary>SplitMix64: a fixed, portable generator, so that a seed means the same samples for ever.</summary>
/// <remarks>Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators". <see cref="Random"/> is not used because its algorithm may change with the runtime.</remarks>
/// <param name="seed">Any 64-bit number; neighbouring seeds give unrelated streams.</param>
public sealed class SplitMixSource(ulong seed) : IUniformSource
{
    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    /// <returns>Uniform over all 64-bit numbers.</returns>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <inheritdoc/>
    public double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));
}
