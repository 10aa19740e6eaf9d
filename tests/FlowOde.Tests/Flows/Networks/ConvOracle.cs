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
        long k = options.KernelSize, outputs = options.Sizes.Out(l);
        Tensor Channel(string kind) => Parameter(kind, l).view(outputs, 1, 1);
        Tensor Gate() => sigmoid((Channel("gateSlope") * time) + Channel("gateOffset"));
        Tensor Convolve(Tensor images, Tensor kernels) => nn.functional.conv2d(images, kernels, Parameter("bias", l), padding: [k / 2, k / 2]);
        var weight = Parameter("weight", l).view(outputs, -1, k, k);
        return options.LayerType.Name switch
        {
            "ignore" => Convolve(h, weight),
            "concat" => Convolve(cat([ones_like(h[.., ..1]) * time, h], 1), cat([Parameter("shift", l).view(outputs, 1, k, k), weight], 1)),
            "concat_v2" => Convolve(h, weight) + (Channel("shift") * time),
            "squash" => Convolve(h, weight) * Gate(),
            "concatsquash" => (Convolve(h, weight) * Gate()) + (Channel("shift") * time),
            var other => throw new NotSupportedException($"The oracle knows no layer type '{other}'."),
        };
    }

    private Tensor Activate(Tensor a) => options.Activation.Name switch
    {
        "softplus" => nn.functional.softplus(a, 1, 500),
        "swish-learned" => a * sigmoid(a * Parameters[^1]),
        var other => throw new NotSupportedException($"The oracle knows no activation '{other}'."),
    };
}
