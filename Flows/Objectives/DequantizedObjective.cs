using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Objectives;

/// <summary>Another objective on batches of integer images, to which each step adds fresh noise: a function of seed, step and row.</summary>
/// <param name="objective">The objective, on rows in [0, L).</param>
/// <param name="dequantization">How noise is added.</param>
public sealed class DequantizedObjective(IObjective objective, Dequantization dequantization) : IObjective
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch holds a number that is no level.</exception>
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(draw);
        using var values = dequantization.Spread(batch.Values, batch.Rows, draw.Source.Stream(RandomPurpose.Dequantization, draw.Step));
        return objective.Evaluate(flow, batch with { Values = values }, draw, globalRows, intoGradient);
    }
}
