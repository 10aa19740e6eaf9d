using FlowOde.Flows.Bijections;

namespace FlowOde.Flows.Composition;

/// <summary>The running statistics of the parts of a flow, in their order.</summary>
internal static class RunningParts
{
    /// <summary>Number of moments that the parts propose together.</summary>
    internal static int MomentCount(this IEnumerable<IFlow> parts) => parts.OfType<IRunningStatistics>().Sum(part => part.MomentCount);

    /// <summary>Hands each part its own proposals.</summary>
    /// <exception cref="ArgumentException">There is another number of them than the parts take.</exception>
    internal static void Commit(this IReadOnlyCollection<IFlow> parts, IReadOnlyList<BatchMoments> proposed)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        if (proposed.Count != parts.MomentCount())
        {
            throw new ArgumentException($"The parts with running statistics take {parts.MomentCount()} moments; got {proposed.Count}. Hand on those of the record's {nameof(RecordedFlow.Moments)}.", nameof(proposed));
        }

        int at = 0;
        foreach (var part in parts.OfType<IRunningStatistics>())
        {
            part.Commit([.. proposed.Skip(at).Take(part.MomentCount)]);
            at += part.MomentCount;
        }
    }
}
