namespace FlowOde.Flows.Randomness;

/// <summary>All randomness of a run: every draw is a function of (seed, purpose, step, row, index) and of nothing else.</summary>
/// <remarks>
/// Philox 4x32-10 (Salmon et al. 2011) keeps no state, so draws do not depend on threads, device, batch order, sharding or restarts.
/// </remarks>
/// <param name="seed">The run's seed, any value; two seeds give unrelated draws.</param>
public sealed class RandomSource(ulong seed)
{
    /// <summary>The run's seed.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>The draws for one purpose at one step.</summary>
    /// <param name="purpose">What the draws are for.</param>
    /// <param name="step">Training step, epoch or start: 0 to 2^44 − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The purpose or the step is out of range.</exception>
    public RandomStream Stream(RandomPurpose purpose, long step) => new(Seed, purpose, step);

    /// <summary>The order in which an epoch visits the rows: <see cref="RandomStream.Permutation"/> for <see cref="RandomPurpose.Batch"/>.</summary>
    /// <param name="epoch">Number of the pass over the data, from 0.</param>
    /// <param name="count">Number of rows.</param>
    /// <returns>Each of 0 … count − 1 once, [count].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the count is out of range.</exception>
    public long[] Permutation(long epoch, long count) => Stream(RandomPurpose.Batch, epoch).Permutation(count);
}
