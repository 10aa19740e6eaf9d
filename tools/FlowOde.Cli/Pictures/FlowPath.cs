using FlowOde.Flows.Composition;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Pictures;

/// <summary>Rows on their way from base to data through a chain of continuous flows, whose clocks follow each other.</summary>
internal static class FlowPath
{
    /// <summary>The rows at times of the blocks' clocks, mapped by the closed-form parts to data units.</summary>
    /// <param name="flow">The flow, a plain chain.</param>
    /// <param name="model">Its model.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="latent">Rows at the base, [batch, dimension].</param>
    /// <param name="context">[batch, context], or null.</param>
    /// <param name="timesPerBlock">How many times of each block, its start and end included.</param>
    /// <returns>Time and rows, from the base to the data. The time is that of the clock, or with several blocks 0 at the base and one more behind each block. The rows belong to the caller's scope.</returns>
    /// <exception cref="Failures.UsageException">The flow is no plain chain.</exception>
    public static IReadOnlyList<(double Time, Tensor Rows)> Of(SequentialFlow flow, FlowModel model, FlatVector parameters, Tensor latent, Tensor? context, int timesPerBlock)
    {
        if (flow.Parts.Any(part => part is MultiscaleFlow))
        {
            throw new Failures.UsageException("The ways of rows are drawn for models of one scale: with several, a part of a row stops at each scale. Use --what samples.");
        }

        var (points, rows, block) = (new List<(double, Tensor)>(), latent, 0);
        int blocks = model.BlockCount;
        for (int i = flow.Parts.Count - 1; i >= 0; i--)
        {
            if (flow.Parts[i] is not Cnf cnf)
            {
                rows = flow.Parts[i].Generate(rows, context).Values;
                continue;
            }

            var span = model.Clock(parameters, blocks - 1 - block);
            double[] clock = [.. Enumerable.Range(0, timesPerBlock).Select(at => span.BaseTime + ((span.DataTime - span.BaseTime) * at / (timesPerBlock - 1)))];
            var states = cnf.Trajectory(rows, clock, context);
            for (int at = block == 0 ? 0 : 1; at < states.Count; at++)
            {
                points.Add((blocks == 1 ? clock[at] : block + ((double)at / (timesPerBlock - 1)), Ahead(flow, i, states[at], context)));
            }

            (rows, block) = (states[^1], block + 1);
        }

        return points;
    }

    /// <summary>Rows before a part as the closed-form parts between it and the data map them.</summary>
    private static Tensor Ahead(SequentialFlow flow, int part, Tensor rows, Tensor? context) =>
        Enumerable.Range(0, part).Reverse().Select(i => flow.Parts[i]).Where(closed => closed is not Cnf).Aggregate(rows, (values, closed) => closed.Generate(values, context).Values);
}
