using System.Numerics;
using FlowOde.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>The layers of a classifier as torch expressions: convolution, norm, activation and pooling, as often as there are channels, and two linear maps.</summary>
internal sealed class ClassifierLayers
{
    private const int MostGroups = 8;
    private const long SmallestHalved = 4;

    private readonly List<(ExpressedConvolution Convolution, ExpressedNorm Norm, bool Halves)> _convolutions = [];
    private readonly int _features;
    private readonly int _classes;

    internal ClassifierLayers(ClassifierOptions options)
    {
        var (inputs, height, width) = (options.Image.Channels, options.Image.Height, options.Image.Width);
        for (int i = 0; i < options.Channels.Count; i++)
        {
            long outputs = options.Channels[i], groups = (long)BigInteger.GreatestCommonDivisor(MostGroups, outputs);
            bool halves = i < options.Channels.Count - 1 && Math.Min(height, width) >= SmallestHalved;
            _convolutions.Add((new(Parameters.AddAffine($"conv{i}", 1, outputs, inputs, 3, 3), 3, 1), new(Parameters.AddNorm($"norm{i}", outputs), groups), halves));
            (inputs, height, width) = (outputs, halves ? height / 2 : height, halves ? width / 2 : width);
        }

        _features = Parameters.AddAffine("features", 1, options.Features, inputs * height * width);
        _classes = Parameters.AddAffine("classes", 1, options.Classes, options.Features);
    }

    internal ExpressedParameters Parameters { get; } = new();

    /// <summary>The features before the last layer, [N, F], a new tensor of the caller's scope.</summary>
    /// <param name="images">Standardised images, [N, C, H, W].</param>
    /// <param name="parameters">A tensor for each segment.</param>
    internal Tensor Features(Tensor images, IReadOnlyList<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        var h = images;
        foreach (var (convolution, norm, halves) in _convolutions)
        {
            h = nn.functional.relu(norm.Express(convolution.Express(h, parameters), parameters));
            h = halves ? nn.functional.max_pool2d(h, 2) : h;
        }

        return nn.functional.relu(nn.functional.linear(h.reshape(h.size(0), -1), parameters[_features], parameters[_features + 1])).MoveToOuterDisposeScope();
    }

    /// <summary>The logarithms of the classes' probabilities up to a constant, [N, classes].</summary>
    internal Tensor Logits(Tensor features, IReadOnlyList<Tensor> parameters) =>
        nn.functional.linear(features, parameters[_classes], parameters[_classes + 1]);
}
