using FlowOde.Flows.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>The standard normal density, where all flows end.</summary>
public static class StandardNormal
{
    private static readonly double _logRootTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>log N(z; 0, I) of each row, in nats.</summary>
    /// <param name="values">Rows, [batch, dimension].</param>
    /// <returns>[batch]; belongs to the caller.</returns>
    public static Tensor LogDensity(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var scope = NewDisposeScope();
        using Scalar half = -0.5, constant = -values.shape[1] * _logRootTwoPi;
        return (values * values).sum([1L]).mul_(half).add_(constant, CachedScalars.One).MoveToOuterDisposeScope();
    }
}
