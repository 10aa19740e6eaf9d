using FlowOde.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>A convolution, and norm, relu and a convolution with stride 2 as often as images are to be halved.</summary>
internal sealed class ConvStem : ExpressedMap
{
    private const long FirstKernel = 3;

    private readonly ImageShape _image;
    private readonly ExpressedConvolution _first;
    private readonly List<(ExpressedNorm Norm, ExpressedConvolution Convolution)> _halvings = [];

    internal ConvStem(OdeClassifierOptions options)
    {
        long channels = options.Channels;
        _image = options.Image!;
        _first = new(Parameters.AddAffine("first", 1, channels, _image.Channels, FirstKernel, FirstKernel), FirstKernel, 1, options.Stem.IsFirstPadded);
        long kernel = options.Stem.HalvingKernel;
        for (int i = 0; i < options.Halvings; i++)
        {
            _halvings.Add((new(Parameters.AddNorm($"norm{i}", channels), ConvBlockKind.Groups(options, channels)), new(Parameters.AddAffine($"halve{i}", 1, channels, channels, kernel, kernel), kernel, 2)));
        }
    }

    internal override Tensor Express(Tensor input, IReadOnlyList<Tensor> parameters)
    {
        var h = _first.Express(input.view(-1, _image.Channels, _image.Height, _image.Width), parameters);
        foreach (var (norm, convolution) in _halvings)
        {
            h = convolution.Express(nn.functional.relu(norm.Express(h, parameters)), parameters);
        }

        return h;
    }
}
