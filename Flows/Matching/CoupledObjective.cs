using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Matching;

/// <summary>Pairs the noise of a whole batch with its data before another objective sees it, in shards or whole: pairs do not depend on the number of threads.</summary>
/// <remarks>
/// Rows are paired with noise among those of their own context, such as a class: over all rows, the noise of a class would not be normal, where the model of that class begins.
/// </remarks>
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
                var pairs = new long[batch.Rows.Length];
                double[] choices = FlowMatching.DrawChoices(batch, draw);
                foreach (long[] group in Groups(batch))
                {
                    using var inner = NewDisposeScope();
                    var chosen = tensor(group).to(noise.device);
                    int[] found = coupling.Pair(Costs(rows.index_select(0, chosen), noise.index_select(0, chosen)), group.Length, [.. group.Select(row => choices[row])]);
                    for (int i = 0; i < group.Length; i++)
                    {
                        pairs[group[i]] = group[found[i]];
                    }
                }

                noise = noise.index_select(0, tensor(pairs).to(noise.device));
            }
        }

        return objective.Evaluate(flow, batch with { Noise = noise }, draw, globalRows, intoGradient);
    }

    /// <summary>The rows of each context; all of them where there is none.</summary>
    private static IEnumerable<long[]> Groups(TrainingBatch batch)
    {
        if (batch.Context is not { } context)
        {
            return [[.. Enumerable.Range(0, batch.Rows.Length).Select(row => (long)row)]];
        }

        using var scope = NewDisposeScope();
        double[] values = context.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
        int width = values.Length / batch.Rows.Length;
        return [.. Enumerable.Range(0, batch.Rows.Length).GroupBy(row => string.Join(',', values.Skip(row * width).Take(width)), row => (long)row).Select(group => group.ToArray())];
    }

    private static double[] Costs(Tensor data, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (data.to(ScalarType.Float64), noise.to(ScalarType.Float64));
        using Scalar minusTwo = -2.0;
        var costs = a.mm(b.t()).mul(minusTwo).add_(a.pow(CachedScalars.Two).sum(1).unsqueeze(1), CachedScalars.One).add_(b.pow(CachedScalars.Two).sum(1).unsqueeze(0), CachedScalars.One);
        double[] values = costs.cpu().contiguous().data<double>().ToArray();
        return Array.TrueForAll(values, double.IsFinite)
            ? values
            : throw new ArgumentException("A row of data is not finite in the flow's units, so that it has no distance to noise. Look for extreme values in the data.");
    }
}
