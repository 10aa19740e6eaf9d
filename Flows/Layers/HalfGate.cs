using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// The second half of a layer's outputs as gates of the first: y = f σ(g), with tangents ẏ = σ(g) ḟ + f σ'(g) ġ, and the pullback of both. Of the channels of a
/// pixel, or of all numbers of a row. One of a tape: it works on the tape's duals.
/// </summary>
/// <remarks>
/// With s = σ(g), s' = s(1 − s) and s'' = s'(1 − 2s), cotangents η of y and η̇_k of its tangents go to f̄ = s η + s' Σ_k ġ_k η̇_k,
/// ḡ = f s' η + Σ_k (s' ḟ_k + f s'' ġ_k) η̇_k, ḟ̄_k = s η̇_k and ġ̄_k = f s' η̇_k. The gates stand in the place of g, so nothing else is kept.
/// </remarks>
internal sealed class HalfGate : IDisposable
{
    private readonly long _groups;
    private readonly Dual _affine;
    private readonly Halves _input;
    private readonly Tensor _values;
    private readonly Tensor _tangents;

    /// <summary>Makes the gating of one dual into another.</summary>
    /// <param name="affine">f and g, [(1 + K)·B, 2w]; belongs to the caller and holds what the pullback needs.</param>
    /// <param name="output">Receives y, [(1 + K)·B, w]; belongs to the caller.</param>
    /// <param name="groups">Into how many pieces a row falls, each of which has its f before its g.</param>
    internal HalfGate(Dual affine, Dual output, long groups)
    {
        using var scope = NewDisposeScope();
        (_affine, _groups) = (affine, groups);
        _input = new(affine, groups);
        _values = output.Values.view(output.Rows, groups, -1).DetachFromDisposeScope();
        _tangents = Grouped(output.Tangents, groups).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _values.Dispose();
        _tangents.Dispose();
    }

    /// <summary>[f; g] of values [.., 2w] as an expression with its tangents.</summary>
    internal static DualExpression Express(DualExpression affine)
    {
        long width = affine.Values.size(-1) / 2;
        Tensor First(Tensor tensor) => tensor.narrow(-1, 0, width);
        Tensor Second(Tensor tensor) => tensor.narrow(-1, width, width);
        var gate = Second(affine.Values).sigmoid();
        var value = First(affine.Values).mul(gate);
        var bySecond = value.mul(gate.neg().add(CachedScalars.One, CachedScalars.One));
        return new(value, affine.Tangents is null ? null : First(affine.Tangents).mul(gate).add(Second(affine.Tangents).mul(bySecond), CachedScalars.One));
    }

    /// <summary>Adds the bias to the values of f and g, and gates.</summary>
    /// <param name="bias">[2w]; null where it is in them.</param>
    internal void Forward(Tensor? bias)
    {
        using var scope = NewDisposeScope();
        if (bias is not null)
        {
            _affine.Values.add_(bias, CachedScalars.One);
        }

        var gate = _input.Second.sigmoid_();
        _values.copy_(_input.First).mul_(gate);
        if (_affine.TangentCount > 0)
        {
            _tangents.copy_(_input.FirstTangents).mul_(gate).addcmul_(_input.SecondTangents, BySecond(), CachedScalars.One);
        }
    }

    /// <summary>From the cotangent of y to that of f and g.</summary>
    /// <param name="cotangent">Of the values and tangents of y.</param>
    /// <param name="intoAffine">Receives those of f and g.</param>
    internal void Pullback(Dual cotangent, Dual intoAffine)
    {
        using var scope = NewDisposeScope();
        using var into = new Halves(intoAffine, _groups);
        var (gate, bySecond, values) = (_input.Second, BySecond(), cotangent.Values.view(cotangent.Rows, _groups, -1));
        into.First.copy_(values).mul_(gate);
        into.Second.copy_(values).mul_(bySecond);
        if (_affine.TangentCount == 0)
        {
            return;
        }

        var tangents = Grouped(cotangent.Tangents, _groups);
        Tensor[] alongTangents = [tangents.mul(_input.FirstTangents).sum([0L]), tangents.mul(_input.SecondTangents).sum([0L])];
        var slope = gate.sub(gate.pow(CachedScalars.Two));
        into.First.addcmul_(slope, alongTangents[1], CachedScalars.One);
        into.Second.addcmul_(slope, alongTangents[0], CachedScalars.One).addcmul_(bySecond.sub(bySecond.mul(gate).mul_(CachedScalars.Two)), alongTangents[1], CachedScalars.One);
        into.FirstTangents.copy_(tangents).mul_(gate);
        into.SecondTangents.copy_(tangents).mul_(bySecond);
    }

    /// <summary>f s', [B, groups, n].</summary>
    private Tensor BySecond() => _input.First.mul(_input.Second.sub(_input.Second.pow(CachedScalars.Two)));

    private static Tensor Grouped(Tensor tangents, long groups) => tangents.view(tangents.size(0), tangents.size(1), groups, tangents.size(2) / groups);

    /// <summary>Views of the two halves of a dual, [B, groups, n] and [K, B, groups, n].</summary>
    private sealed class Halves : IDisposable
    {
        private readonly Tensor[] _views;

        internal Halves(Dual dual, long groups)
        {
            using var scope = NewDisposeScope();
            var (values, tangents) = (dual.Values.view(dual.Rows, groups, -1), Grouped(dual.Tangents, groups));
            long half = values.size(2) / 2;
            _views = [values.narrow(2, 0, half), values.narrow(2, half, half), tangents.narrow(3, 0, half), tangents.narrow(3, half, half)];
            foreach (var view in _views)
            {
                view.DetachFromDisposeScope();
            }
        }

        internal Tensor First => _views[0];

        internal Tensor Second => _views[1];

        internal Tensor FirstTangents => _views[2];

        internal Tensor SecondTangents => _views[3];

        public void Dispose()
        {
            foreach (var view in _views)
            {
                view.Dispose();
            }
        }
    }
}
