using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Matching;

/// <summary>Pairs the noise of a whole batch with its data before another objective sees it, in shards or whole: pairs do not depend on the number of threads.</summary>
/// <param name="objective">The objective, which matches paths from <see cref="TrainingBatch.Noise"/>.</param>
/// <param name="coupling">The coupling.</param>
public sealed class CoupledObjective(IObjective objective, ICoupling coupling) : IObjective
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A row is not finite.</exception>
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        Tensor noise;
        using (no_grad())
        {
            noise = FlowMatching.DrawNoise(batch, draw);
            if (coupling.NeedsCosts)
            {
                var (_, rows) = FlowMatching.Reduce(flow, batch.Values, draw);
                int[] pairs = coupling.Pair(Costs(rows, noise), batch.Rows.Length, FlowMatching.DrawChoices(batch, draw));
                noise = noise.index_select(0, tensor(Array.ConvertAll(pairs, pair => (long)pair)).to(noise.device));
            }
        }

        return objective.Evaluate(flow, batch with { Noise = noise }, draw, globalRows, intoGradient);
    }

    private static double[] Costs(Tensor data, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (data.to(ScalarType.Float64), noise.to(ScalarType.Float64));
        using Scalar minusTwo = -2.0;
        var costs = (a.mm(b.t()) * minusTwo) + a.square().sum(1).unsqueeze(1) + b.square().sum(1).unsqueeze(0);
        double[] values = costs.cpu().contiguous().data<double>().ToArray();
        return Array.TrueForAll(values, double.IsFinite)
            ? values
            : throw new ArgumentException("A row of data is not finite in the flow's units, so that it has no distance to noise. Look for extreme values in the data.");
    }
}
