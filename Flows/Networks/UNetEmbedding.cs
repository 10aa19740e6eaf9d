using FlowOde.Flows.Layers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>Time and context as numbers that each residual block reads: sines and cosines of time through two layers, and a linear map of the context.</summary>
/// <remarks>
/// Vaswani et al. 2017 (1706.03762), §3.5, with frequencies from 1 to 100 radians a unit of time, in geometric steps: fine enough for times that differ by a hundredth,
/// and no faster, so that the steps of an adaptive solver do not become small for the embedding's sake.
/// </remarks>
internal sealed class UNetEmbedding
{
    private const double Fastest = 100;

    private readonly double[] _frequencies;
    private readonly int _first;
    private readonly int _second;
    private readonly int? _context;

    /// <summary>Adds the embedding to a plan.</summary>
    /// <param name="plan">Receives the parameters.</param>
    /// <param name="features">Number of sines and cosines together; rounded down to an even number, at least 2.</param>
    /// <param name="width">Number E of numbers of the embedding.</param>
    /// <param name="contextDimension">Number of numbers of the context.</param>
    internal UNetEmbedding(UNetPlan plan, long features, long width, long contextDimension)
    {
        int half = checked((int)Math.Max(1, features / 2));
        _frequencies = [.. Enumerable.Range(0, half).Select(i => Math.Pow(Fastest, half == 1 ? 0 : i / (half - 1.0)))];
        _first = plan.Affine("time.0", 2 * half, width);
        _second = plan.Affine("time.1", width, width);
        _context = contextDimension > 0 ? plan.Linear("context", contextDimension, width) : null;
    }

    /// <summary>The embedding, [B, E], or [1, E] where time is shared and there is no context.</summary>
    /// <param name="time">[], or [B].</param>
    /// <param name="context">[B, C]; null for zeros.</param>
    /// <param name="parameters">Those of the network.</param>
    internal Tensor Express(Tensor time, Tensor? context, IReadOnlyList<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        var angles = time.reshape(-1, 1).mul(tensor(_frequencies, time.dtype, time.device));
        var h = nn.functional.linear(cat([angles.sin(), angles.cos()], 1), parameters[_first], parameters[_first + 1]);
        h = nn.functional.linear(nn.functional.silu(h), parameters[_second], parameters[_second + 1]);
        if (_context is { } index && context is not null)
        {
            h = h.add(nn.functional.linear(context, parameters[index]), CachedScalars.One);
        }

        return nn.functional.silu(h).MoveToOuterDisposeScope();
    }
}
