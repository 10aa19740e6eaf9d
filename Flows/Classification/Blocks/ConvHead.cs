using FlowOde.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>norm – relu – mean over the pixels – linear map.</summary>
internal sealed class ConvHead : ExpressedMap
{
    private readonly ExpressedNorm _norm;
    private readonly int _classes;

    internal ConvHead(OdeClassifierOptions options)
    {
        _norm = new(Parameters.AddNorm("norm", options.StateChannels), ConvBlockKind.Groups(options, options.StateChannels));
        _classes = Parameters.AddAffine("classes", 1, options.Classes, options.StateChannels);
    }

    internal override Tensor Express(Tensor input, IReadOnlyList<Tensor> parameters)
    {
        var pooled = nn.functional.relu(_norm.Express(input, parameters)).mean([2, 3]);
        return nn.functional.linear(pooled, parameters[_classes], parameters[_classes + 1]);
    }
}
