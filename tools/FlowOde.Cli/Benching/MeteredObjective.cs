using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Cli.Benching;

/// <summary>An objective whose evaluations are measured.</summary>
/// <param name="objective">The objective.</param>
/// <param name="meter">Told of every evaluation.</param>
internal sealed class MeteredObjective(IObjective objective, Meter meter) : IObjective
{
    /// <summary>Results since the last reset.</summary>
    public List<ObjectiveResult> Results { get; } = [];

    /// <inheritdoc/>
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
    {
        meter.Measure(call => Results.Add(objective.Evaluate(flow, call.batch, call.draw, globalRows, intoGradient)), (batch, draw));
        return Results[^1];
    }
}
