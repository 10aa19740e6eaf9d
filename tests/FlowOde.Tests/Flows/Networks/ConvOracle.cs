using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>The same network by plain convolutions in float64, written from the formulas of the FFJORD authors' layers.</summary>
internal sealed class ConvOracle(ConvOptions options, FlatVector parameters)
{
    internal Tensor[] Parameters { get; } = [.. parameters.Layout.Segments.Select((_, i) => parameters[i].to(ScalarType.Float64).clone().detach().requires_grad_())];

    internal Tensor Forward(Tensor time, Tensor z)
    {
        var image = options.Image;
        int last = options.Sizes.Count - 1;
        var h = z.view(-1, image.Channels, image.Height, image.Width);
        for (int l = 0; l <= last; l++)
        {
            h = Layer(l, time, h);
            h = l < last ? Activate(h) : h;
        }

        return h.reshape(-1, image.Length);
    }

    private Tensor Parameter(string kind, int layer) => Parameters[options.ParameterLayout.IndexOf($"{kind}.{layer}")];

    private Tensor Layer(int l, Tensor time, Tensor h)
    {
        long outputs = options.Sizes.Out(l);
        int stride = options.Strides.Count == 0 ? 1 : options.Strides[l];
        long k = stride == 1 ? options.KernelSize : 4;
        Tensor Channel(string kind) => Parameter(kind, l).view(outputs, 1, 1);
        Tensor Gate() => sigmoid((Channel("gateSlope") * time).Plus(Channel("gateOffset")));
        Tensor Kernels(string kind) => Parameter(kind, l).view(outputs, -1, k, k);
        Tensor By(Tensor images, Tensor kernels, Tensor bias) => stride switch
        {
            1 => nn.functional.conv2d(images, kernels, bias, padding: [k / 2, k / 2]),
            2 => nn.functional.conv2d(images, kernels, bias, [2, 2], [1, 1]),
            _ => nn.functional.conv_transpose2d(images, kernels.transpose(0, 1), bias, [2, 2], [1, 1]),
        };
        Tensor Convolve(Tensor images, Tensor kernels) => By(images, kernels, Parameter("bias", l));
        var (weight, basis) = (Kernels("weight"), options.LayerType is MixtureLayers ? (Kernels: Kernels("weightBasis"), Bias: Parameter("biasBasis", l)[0]) : default);
        return options.LayerType.Name switch
        {
            "ignore" => Convolve(h, weight),
            "concat" => Convolve(cat([ones_like(h[.., ..1]) * time, h], 1), cat([Kernels("shift"), weight], 1)),
            "concat_v2" => Convolve(h, weight).Plus(Channel("shift") * time),
            "squash" => Convolve(h, weight) * Gate(),
            "concatsquash" => (Convolve(h, weight) * Gate()).Plus(Channel("shift") * time),
            "blend" => (Convolve(h, weight) * (-time).Plus(1)).Plus(By(h, basis.Kernels, basis.Bias) * time),
            "hyper" => By(h, weight.Plus(basis.Kernels * time), Parameter("bias", l).Plus(basis.Bias * time)),
            "concatcoord" => Convolve(WithCoordinates(h, time), cat([Kernels("shift"), weight], 1)),
            "gated" => HalfGated(Convolve(h, weight).Plus(Channel("shift") * time).chunk(2, 1)),
            var other => throw new NotSupportedException($"The oracle knows no layer type '{other}'."),
        };
    }

    private static Tensor HalfGated(Tensor[] halves) => halves[0] * sigmoid(halves[1]);

    private static Tensor WithCoordinates(Tensor h, Tensor time)
    {
        var like = ones_like(h[.., ..1]);
        return cat([like * time, like * Arange(h.shape[2], dtype: ScalarType.Float64).view(-1, 1), like * Arange(h.shape[3], dtype: ScalarType.Float64), h], 1);
    }

    private Tensor Activate(Tensor a) => options.Activation.Name switch
    {
        "softplus" => Softplus(a),
        "swish-learned" => a * sigmoid(a * Parameters[^1]),
        var other => throw new NotSupportedException($"The oracle knows no activation '{other}'."),
    };
}
