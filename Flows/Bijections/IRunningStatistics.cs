namespace FlowOde.Flows.Bijections;

/// <summary>
/// A flow with running statistics: numbers that follow the batches of training, without a gradient. A record proposes them
/// (<see cref="Composition.RecordedFlow.Moments"/>), and the trainer commits them after a step that it accepts, so that a map never changes between a
/// record and its pullback, and a skipped step leaves no trace.
/// </summary>
public interface IRunningStatistics
{
    /// <summary>Number of moments that a record of this flow proposes.</summary>
    int MomentCount { get; }

    /// <summary>Moves the running statistics towards a batch. Not while a record is live.</summary>
    /// <param name="proposed">What records of this flow proposed, in their order.</param>
    /// <exception cref="ArgumentException">There is another number of them than <see cref="MomentCount"/>, or of channels.</exception>
    void Commit(IReadOnlyList<BatchMoments> proposed);
}
