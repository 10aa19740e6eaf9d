using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Rows;

/// <summary>What a solve drives in which every row has its own steps, where more is wanted than its states. It learns of every step which rows keep it.</summary>
internal interface IRowSystem : IStageSystem
{
    /// <summary>Whether the batches belong to this from when they begin; else to the loop.</summary>
    bool KeepsBatches { get; }

    /// <summary>The steps that follow are those of a batch.</summary>
    void Begin(RowBatch batch);

    /// <summary>Takes the step just tried.</summary>
    /// <param name="batch">The batch, whose states are still those before the step.</param>
    /// <param name="times">The start of each row's step.</param>
    /// <param name="nextTimes">Its end, or its start where it was not accepted.</param>
    /// <param name="arrivals">The times that rows met, and their places.</param>
    /// <param name="isFinite">Whether the stages of all rows are finite, so that rejected ones do no harm where their step has no length.</param>
    void Keep(RowBatch batch, double[] times, double[] nextTimes, List<(int Time, long Place)> arrivals, bool isFinite);
}
