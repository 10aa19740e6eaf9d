using FlowOde.Flows.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>x plus what each pixel takes from the pixels it attends to.</summary>
/// <remarks>
/// Vaswani et al. 2017 (1706.03762), §3.2, behind a norm, on pixels as Wang et al. 2018 (1711.07971) have it. Written as products and a softmax, since libtorch's own
/// function for it has no second derivative on the CPU.
/// </remarks>
internal sealed class UNetAttention : UNetBlock
{
    private readonly long _heads;
    private readonly Scalar _scale;
    private readonly ExpressedNorm _norm;
    private readonly ExpressedConvolution _queries;
    private readonly ExpressedConvolution _result;

    internal UNetAttention(UNetPlan plan, string name, int level, long channels, long heads)
    {
        (_heads, _scale) = (heads, CachedScalars.Of(Math.Sqrt((double)heads / channels)));
        _norm = plan.Norm(name, channels);
        _queries = plan.Convolution($"{name}.queries", channels, 3 * channels, level, kernel: 1);
        _result = plan.Convolution($"{name}.result", channels, channels, level, kernel: 1, scale: 0);
        plan.CountAttention(channels, level);
    }

    internal override Tensor Express(Tensor images, Tensor embedding, IReadOnlyList<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        long pixels = images.size(2) * images.size(3);
        var parts = _queries.Express(_norm.Express(images, parameters), parameters).view(images.size(0) * _heads, -1, pixels).chunk(3, 1);
        var (queries, keys, values) = (parts[0], parts[1], parts[2]);
        var shares = bmm(queries.transpose(1, 2).mul(_scale), keys).softmax(-1);
        var taken = bmm(values, shares.transpose(1, 2)).reshape(images.shape);
        return _result.Express(taken, parameters).add(images, CachedScalars.One).MoveToOuterDisposeScope();
    }
}
