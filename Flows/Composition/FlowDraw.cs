using FlowOde.Flows.Randomness;
using FlowOde.Solvers.StepSizeControllers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>
/// What one call of a flow depends on besides its rows: what its random draws are keyed by, so that a draw depends on the row and not on its
/// place in a batch, the rows' context, and how an earlier call stepped.
/// </summary>
/// <param name="Source">The run's source.</param>
/// <param name="Purpose">What the draws are for.</param>
/// <param name="Step">The training step, or a counter of evaluations.</param>
/// <param name="Rows">The number of each row in the whole data set, [batch].</param>
public sealed record FlowDraw(RandomSource Source, RandomPurpose Purpose, long Step, long[] Rows)
{
    /// <summary>How the solves of a like call stepped, one for each continuous part in the order travelled; their steps are proposed again. None by default.</summary>
    public IReadOnlyList<StepProfile> Prior { get; init; } = [];

    /// <summary>What each row's field depends on besides its place, such as its class as a unit vector, [batch, context]; null for zeros. Belongs to the caller.</summary>
    public Tensor? Context { get; init; }

    /// <summary>Parts of one flow draw independently: each has its own counter.</summary>
    public const int MaxParts = 256;

    /// <summary>The stream of one part of a flow.</summary>
    /// <param name="part">The part, counted from the data, below <see cref="MaxParts"/>.</param>
    public RandomStream ForPart(int part)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, MaxParts);
        return Source.Stream(Purpose, (Step * MaxParts) + part);
    }
}
