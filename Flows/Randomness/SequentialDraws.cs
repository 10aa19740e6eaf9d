using FlowOde.Solvers.Randomness;

namespace FlowOde.Flows.Randomness;

/// <summary>Reads numbers one after another, for algorithms that cannot say beforehand how many they need.</summary>
/// <remarks>
/// Independent of every <see cref="RandomStream"/>. Position is the only state, so a reader made anew begins again. One per thread.
/// </remarks>
public sealed class SequentialDraws
{
    private readonly BlockAddress _address;
    private long _position;
    private ulong? _spareBits;
    private double? _spareNormal;

    /// <summary>Begins the sequence of a purpose and step.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The purpose or the step is out of range: see <see cref="RandomSource.Stream"/>.</exception>
    public SequentialDraws(RandomSource source, RandomPurpose purpose, long step)
    {
        ArgumentNullException.ThrowIfNull(source);
        var stream = source.Stream(purpose, step);
        _address = new BlockAddress(stream.Seed, (int)stream.Purpose, stream.Step, DrawKind.Sequence);
    }

    /// <summary>The next uniform in the open interval (0, 1).</summary>
    public double NextUniform() => UnitInterval.Double(NextBits());

    /// <summary>The next standard normal (Box and Muller 1958).</summary>
    public double NextNormal()
    {
        if (_spareNormal is { } spare)
        {
            _spareNormal = null;
            return spare;
        }

        var radius = Math.Sqrt(-2 * Math.Log(NextUniform()));
        var (sine, cosine) = Math.SinCos(Math.Tau * NextUniform());
        _spareNormal = radius * sine;
        return radius * cosine;
    }

    /// <summary>The next number uniform over 0 … count − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public long NextIndex(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return UnitInterval.Index(NextBits(), count);
    }

    private ulong NextBits()
    {
        if (_spareBits is { } spare)
        {
            _spareBits = null;
            return spare;
        }

        var block = _address[_position++];
        _spareBits = block.High;
        return block.Low;
    }
}
