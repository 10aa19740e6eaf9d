using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>One time-dependent layer as a torch expression, for autograd: a sum of terms that only scales make depend on time.</summary>
/// <remarks>At one time for all rows the terms fold into one affine layer; at a time for each row every term is a product of its own, scaled row by row.</remarks>
public sealed class LayerExpression
{
    private readonly LayerTerm[] _terms;

    /// <summary>Makes a layer.</summary>
    /// <param name="terms">Its terms, at least one of them with a weight; their tensors stay the caller's.</param>
    public LayerExpression(params IEnumerable<LayerTerm> terms) => _terms = [.. terms];

    /// <summary>Times as scales of layers have them: [1] for the time [] of all rows, [B, 1] for the times [B] of the rows.</summary>
    /// <exception cref="ArgumentException">The times have another shape.</exception>
    public static Tensor Scale(Tensor time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return time.dim() switch
        {
            0 => time.view(1),
            1 => time.unsqueeze(1),
            _ => throw new ArgumentException($"Times have the shape [{string.Join(", ", time.shape)}]; give [] for all rows or [B], one for each.", nameof(time)),
        };
    }

    /// <summary>The layer of a dual.</summary>
    /// <param name="input">h [B, inputs of the layer] and its tangents.</param>
    /// <param name="product">W h at each pixel, [rows, out, pixels], of rows and a weight [out, in].</param>
    /// <param name="ofFixed">R * c at each pixel, [out, pixels], of kernels [out, channels·area] of fixed inputs; null where layers have none.</param>
    /// <returns>New tensors; temporaries stay in the caller's scope.</returns>
    internal DualExpression Apply(DualExpression input, Func<Tensor, Tensor, Tensor> product, Func<Tensor, Tensor>? ofFixed = null)
    {
        Tensor? values = null, tangents = null;
        var shape = input.Tangents?.shape;
        foreach (var term in _terms.Any(term => term.Scale?.dim() == 2) ? _terms : [Folded()])
        {
            var scale = term.Scale is null ? null : term.Scale.dim() == 2 ? term.Scale.unsqueeze(2) : term.Scale.view(-1, 1);
            var map = Sum(term.Bias?.unsqueeze(1), term.FixedWeight is null ? null : ofFixed!(term.FixedWeight));
            var all = Sum(term.Weight is null ? null : product(input.Values, term.Weight), map);
            values = Sum(values, Scaled(all, scale));
            if (shape is not null && term.Weight is not null)
            {
                var pushed = product(input.Tangents!.reshape(shape[0] * shape[1], shape[2]), term.Weight);
                tangents = Sum(tangents, Scaled(pushed.view([shape[0], shape[1], .. pushed.shape[1..]]), scale));
            }
        }

        return new(values!.flatten(1), tangents?.flatten(2));
    }

    /// <summary>The one affine layer that the terms are at a shared time.</summary>
    private LayerTerm Folded()
    {
        var (weight, bias, fixedWeight) = ((Tensor?)null, (Tensor?)null, (Tensor?)null);
        foreach (var term in _terms)
        {
            var rows = term.Scale?.unsqueeze(1);
            weight = Sum(weight, Scaled(term.Weight, rows));
            bias = Sum(bias, Scaled(term.Bias, term.Scale));
            fixedWeight = Sum(fixedWeight, Scaled(term.FixedWeight, rows));
        }

        return new(null, weight, bias, fixedWeight);
    }

    private static Tensor? Scaled(Tensor? tensor, Tensor? scale) => tensor is null || scale is null ? tensor : tensor.mul(scale);

    private static Tensor? Sum(Tensor? first, Tensor? second) => first is null ? second : second is null ? first : first.add(second, CachedScalars.One);
}
