using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>norm – relu – convolution – norm – relu – convolution – norm, both convolutions with a channel of time beside the state's.</summary>
/// <remarks>
/// Of a convolution of [t, x], the share of t is t times a convolution of ones, which is the same for all images: that is added, instead of a
/// channel more for each, so that the number of channels stays one that libraries are fast at.
/// </remarks>
internal sealed class ConvBlock : ExpressedBlock
{
    private const long Kernel = 3;

    private static readonly ConvGeometry _geometry = new(Kernel, 1, IsTransposed: false);

    private readonly (ExpressedNorm Norm, ExpressedConvolution Convolution, int Time)[] _layers;
    private readonly ExpressedNorm _last;
    private readonly ImageShape _image;

    private readonly long _groups;

    internal ConvBlock(ImageShape image, long groups)
    {
        (_image, _groups) = (image, groups);
        _layers = [Layer("first", image.Channels), Layer("second", image.Channels)];
        _last = Norm("last", image.Channels);
        RowShape = [image.Channels, image.Height, image.Width];
    }

    internal override IReadOnlyList<long> RowShape { get; }

    /// <summary>
    /// Two inputs of convolutions, three of norms, what comes out and its cotangent would be 7; measured is one more: a step of a shared direct solve takes 8.8 to 9.3 states
    /// of resident memory, its own state among them (1 and 4 MB in float32, 2 MB in float64, 4 to 80 steps).
    /// </summary>
    internal override int KeptStates => 8;

    internal override Tensor Express(Tensor time, Tensor state, IReadOnlyList<Tensor> parameters)
    {
        var t = Broadcast(time, 4);
        var ones = TorchSharp.torch.ones([1, 1, _image.Height, _image.Width], dtype: state.dtype, device: state.device);
        var h = state;
        foreach (var (norm, convolution, place) in _layers)
        {
            h = convolution.Express(nn.functional.relu(norm.Express(h, parameters)), parameters);
            var share = Convolution.Affine(ones, parameters[place].view(-1, 1, Kernel, Kernel), null, _geometry);
            h = h.add(t.mul(share), CachedScalars.One);
        }

        return _last.Express(h, parameters);
    }

    private (ExpressedNorm Norm, ExpressedConvolution Convolution, int Time) Layer(string name, long channels) =>
        (Norm(name, channels), new(Parameters.AddAffine(name, 1, channels, channels, Kernel, Kernel), Kernel, 1), Parameters.AddLinear($"{name}Time", channels, Kernel * Kernel));

    private ExpressedNorm Norm(string name, long channels) => new(Parameters.AddNorm($"{name}Norm", channels), _groups);
}
