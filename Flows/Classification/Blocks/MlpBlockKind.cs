using FlowOde.Flows.Layers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>Perceptrons: for tables, and for images as rows of numbers.</summary>
internal sealed class MlpBlockKind : BlockKind
{
    /// <inheritdoc/>
    public override string Name => "mlp";

    /// <inheritdoc/>
    public override string Description => "two linear maps with tanh between them and time beside the state; for tables";

    /// <inheritdoc/>
    public override bool IsSmooth => true;

    internal override void Check(OdeClassifierOptions options)
    {
        if (options.Halvings > 0)
        {
            throw new ArgumentException($"A field of kind '{Name}' halves no images; found {options.Halvings} halvings. Leave them out, or use 'conv'.", nameof(options));
        }
    }

    internal override ExpressedMap Stem(OdeClassifierOptions options) => new LinearMap("lift", options.Dimension, options.Channels);

    internal override ExpressedBlock Block(OdeClassifierOptions options, long channels) => new MlpBlock(channels, options.Channels);

    internal override ExpressedMap Head(OdeClassifierOptions options) => new LinearMap("classes", options.StateChannels, options.Classes);

    /// <summary>f = W₂ tanh(W₁x + t·w + b₁) + t·v + b₂.</summary>
    private sealed class MlpBlock : ExpressedBlock
    {
        private readonly int _first, _firstTime, _second, _secondTime;

        internal MlpBlock(long channels, long width)
        {
            RowShape = [channels];
            _first = Parameters.AddAffine("first", 1, width, channels);
            _firstTime = Parameters.AddLinear("firstTime", width, 1);
            _second = Parameters.AddAffine("second", 1, channels, width);
            _secondTime = Parameters.AddLinear("secondTime", channels, 1);
        }

        internal override IReadOnlyList<long> RowShape { get; }

        internal override int KeptStates => 4;

        internal override Tensor Express(Tensor time, Tensor state, IReadOnlyList<Tensor> parameters)
        {
            var t = Broadcast(time, 2);
            var h = nn.functional.linear(state, parameters[_first], parameters[_first + 1]).add(t.mul(parameters[_firstTime].view(1, -1)), CachedScalars.One);
            return nn.functional.linear(h.tanh(), parameters[_second], parameters[_second + 1]).add(t.mul(parameters[_secondTime].view(1, -1)), CachedScalars.One);
        }
    }

    private sealed class LinearMap : ExpressedMap
    {
        private readonly int _map;

        internal LinearMap(string name, long inputs, long outputs) => _map = Parameters.AddAffine(name, 1, outputs, inputs);

        internal override Tensor Express(Tensor input, IReadOnlyList<Tensor> parameters) =>
            nn.functional.linear(input, parameters[_map], parameters[_map + 1]);
    }
}
