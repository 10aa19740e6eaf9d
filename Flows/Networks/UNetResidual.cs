using FlowOde.Flows.Layers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>x plus two convolutions of it, each behind a norm and an activation, with the embedding added between them; where channels change, a 1×1 convolution of x.</summary>
/// <remarks>He et al. 2016 (1603.05027); the embedding as Ho et al. 2020 (2006.11239) add it.</remarks>
internal sealed class UNetResidual : UNetBlock
{
    private readonly ExpressedNorm _firstNorm;
    private readonly ExpressedConvolution _first;
    private readonly int _embedding;
    private readonly ExpressedNorm _secondNorm;
    private readonly ExpressedConvolution _second;
    private readonly ExpressedConvolution? _shortcut;

    internal UNetResidual(UNetPlan plan, string name, int level, long inputs, long outputs, long embedding)
    {
        _firstNorm = plan.Norm($"{name}.0", inputs);
        _first = plan.Convolution($"{name}.0", inputs, outputs, level);
        _embedding = plan.Affine($"{name}.embedding", embedding, outputs);
        _secondNorm = plan.Norm($"{name}.1", outputs);
        _second = plan.Convolution($"{name}.1", outputs, outputs, level, scale: 0);
        _shortcut = inputs == outputs ? null : plan.Convolution($"{name}.shortcut", inputs, outputs, level, kernel: 1);
    }

    internal override Tensor Express(Tensor images, Tensor embedding, IReadOnlyList<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        var h = _first.Express(nn.functional.silu(_firstNorm.Express(images, parameters)), parameters);
        var shift = nn.functional.linear(embedding, parameters[_embedding], parameters[_embedding + 1]);
        h = h.add(shift.unsqueeze(-1).unsqueeze(-1), CachedScalars.One);
        h = _second.Express(nn.functional.silu(_secondNorm.Express(h, parameters)), parameters);
        return h.add(_shortcut?.Express(images, parameters) ?? images, CachedScalars.One).MoveToOuterDisposeScope();
    }
}
