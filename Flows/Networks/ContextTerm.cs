using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// What a row's context c adds to the first layer's values: U c, of images the same at every pixel. Tangents do not feel it. For a class given as a
/// unit vector the columns of U are the classes' embeddings, and zeros stand for no class.
/// </summary>
internal sealed class ContextTerm : IDisposable
{
    private readonly torch.Tensor _weight;
    private readonly torch.Tensor _weightTransposed;

    private ContextTerm(torch.Tensor weight) => (_weight, _weightTransposed) = (weight.alias().DetachFromDisposeScope(), weight.t().DetachFromDisposeScope());

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _weightTransposed.Dispose();
    }

    /// <summary>U [outputs of the first layer, C], the last segment of the parameters; none where there is no context.</summary>
    internal static Segment[] Segments(NetworkOptions options) => options.ContextDimension == 0 ? [] : [new("context", options.Sizes.Out(0), options.ContextDimension)];

    /// <summary>The term over parameters; null where there is no context.</summary>
    internal static ContextTerm? Create(NetworkOptions options, FlatVector parameters) => options.ContextDimension == 0 ? null : new(parameters[parameters.Layout.Segments.Count - 1]);

    /// <summary>Values of the first layer with the term, as a torch expression.</summary>
    internal static torch.Tensor Express(torch.Tensor values, torch.Tensor context, torch.Tensor weight, long outputs)
    {
        var term = torch.mm(context, weight.t()).unsqueeze(2);
        return values.view(values.size(0), outputs, -1).add(term, Layers.CachedScalars.One).view(values.shape);
    }

    /// <summary>Adds U c.</summary>
    /// <param name="context">[B, C].</param>
    /// <param name="values">[B, outputs] or images [B, outputs, H, W]; is added to.</param>
    internal void AddTo(torch.Tensor context, torch.Tensor values)
    {
        using var term = torch.mm(context, _weightTransposed);
        using var shaped = values.dim() == 2 ? term.alias() : term.view(term.size(0), term.size(1), 1, 1);
        values.add_(shaped, Layers.CachedScalars.One);
    }

    /// <summary>The cotangent of the context, from that of the first layer's values.</summary>
    internal void Pullback(torch.Tensor cotangent, torch.Tensor intoContext)
    {
        using var rows = OfRows(cotangent);
        intoContext.addmm_(rows, _weight, 0f, 1f);
    }

    /// <summary>Adds weight · (cotangent of U).</summary>
    internal static void PullbackWeight(torch.Tensor cotangent, torch.Tensor context, double weight, FlatVector intoGradient)
    {
        using var rows = OfRows(cotangent);
        using var transposed = rows.t();
        using var ofWeight = torch.mm(transposed, context);
        using Scalar w = weight; // not a factor of the product, which takes floats
        intoGradient[intoGradient.Layout.Segments.Count - 1].add_(ofWeight, w);
    }

    private static torch.Tensor OfRows(torch.Tensor cotangent) => cotangent.dim() == 2 ? cotangent.alias() : cotangent.sum([2L, 3L]);
}
