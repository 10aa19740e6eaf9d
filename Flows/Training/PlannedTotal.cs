namespace FlowOde.Flows.Training;

/// <summary>A decision about the length of a run.</summary>
/// <param name="From">The iteration from which on it holds.</param>
/// <param name="Total">The total number of iterations of the run.</param>
public sealed record PlannedTotal(long From, long Total);
