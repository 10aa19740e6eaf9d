using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>The same network by plain differentiable operations in float64, written from the formulas of the layer types.</summary>
internal sealed class MlpOracle
{
    private readonly MlpOptions _options;

    internal MlpOracle(MlpOptions options, FlatVector parameters)
    {
        _options = options;
        Parameters = [.. parameters.Layout.Segments.Select((_, i) => parameters[i].to(ScalarType.Float64).clone().detach().requires_grad_())];
    }

    internal Tensor[] Parameters { get; }

    internal Tensor Forward(Tensor time, Tensor z)
    {
        int last = _options.Sizes.Count - 1;
        for (int l = 0; l <= last; l++)
        {
            z = Layer(l, time, z);
            z = l < last ? Activate(z) : z;
        }

        return z;
    }

    private Tensor Parameter(string kind, int layer) => Parameters[_options.ParameterLayout.IndexOf($"{kind}.{layer}")];

    private Tensor Layer(int l, Tensor time, Tensor h)
    {
        var (weight, bias) = (Parameter("weight", l), Parameter("bias", l));
        Tensor Gate() => sigmoid((Parameter("gateSlope", l) * time).Plus(Parameter("gateOffset", l)));
        Tensor Hyper()
        {
            var units = tanh((Parameter("unitSlope", l) * time).Plus(Parameter("unitOffset", l)));
            return nn.functional.linear(h, weight.Plus((Parameter("weightBasis", l) * units.view(-1, 1, 1)).sum([0L])), bias.Plus((Parameter("biasBasis", l) * units.unsqueeze(1)).sum([0L])));
        }

        Tensor HalfGated()
        {
            var halves = nn.functional.linear(h, weight, bias).Plus(Parameter("shift", l) * time).chunk(2, 1);
            return halves[0] * sigmoid(halves[1]);
        }

        return _options.LayerType.Name switch
        {
            "ignore" => nn.functional.linear(h, weight, bias),
            "concat" => nn.functional.linear(cat([ones_like(h[.., ..1]) * time, h], 1), cat([Parameter("shift", l).unsqueeze(1), weight], 1), bias),
            "concat_v2" => nn.functional.linear(h, weight, bias).Plus(Parameter("shift", l) * time),
            "squash" => nn.functional.linear(h, weight, bias) * Gate(),
            "concatsquash" => (nn.functional.linear(h, weight, bias) * Gate()).Plus(Parameter("shift", l) * time),
            "blend" => (nn.functional.linear(h, weight, bias) * (-time).Plus(1)).Plus(nn.functional.linear(h, Parameter("weightBasis", l)[0], Parameter("biasBasis", l)[0]) * time),
            "hyper" => Hyper(),
            "gated" => HalfGated(),
            var other => throw new NotSupportedException($"The oracle knows no layer type '{other}'."),
        };
    }

    private Tensor Activate(Tensor a) => _options.Activation.Name switch
    {
        "tanh" => tanh(a),
        "softplus" => Softplus(a),
        "swish" => a * sigmoid(a),
        "swish-learned" => a * sigmoid(a * Parameters[^1]),
        "elu" => Elu(a),
        "gelu" => a.Times(0.5) * erf(a.Over(Math.Sqrt(2))).Plus(1),
        "sine" => sin(a),
        "square" => a * a,
        "identity" => a,
        var other => throw new NotSupportedException($"The oracle knows no activation '{other}'."),
    };
}
