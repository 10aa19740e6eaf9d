using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Cli.Settings;

/// <summary>The objective of a run with the threads that share its batches, which it owns.</summary>
/// <param name="objective">The objective.</param>
/// <param name="threads">The part of it that has threads.</param>
internal sealed class TrainingObjective(IObjective objective, ShardedObjective threads) : IObjective, IDisposable
{
    /// <inheritdoc/>
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient) =>
        objective.Evaluate(flow, batch, draw, globalRows, intoGradient);

    /// <inheritdoc/>
    public void Dispose() => threads.Dispose();
}
