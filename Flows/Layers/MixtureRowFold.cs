using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>Σ_j s_j(t) (W_j h + b_j) at a time t for each row: a product for each j, scaled by the row's own coefficient s_j, [B, 1].</summary>
/// <remarks>So a layer whose weights a network of time puts out takes 9 products for matrices and 2 for convolutions, of memory for one more of them at a time.</remarks>
internal sealed class MixtureRowFold : RowFold
{
    private readonly MixtureLayers _kind;
    private readonly bool _hasUnits;
    private readonly Tensor? _first;
    private readonly Tensor[] _coefficients;
    private readonly Tensor[][] _columns;

    internal MixtureRowFold(MixtureLayers kind, LayerSizes sizes, FlatVector parameters, long rows)
        : base(sizes, parameters, rows, 1 + kind.BasisCount(sizes))
    {
        (_kind, _hasUnits) = (kind, kind.HasUnits(sizes));
        int count = kind.BasisCount(sizes);
        _first = kind.FirstSlope == 0 ? null : zeros_like(Times).DetachFromDisposeScope();
        _coefficients = _hasUnits ? [.. Enumerable.Range(0, sizes.Count).Select(_ => zeros(rows, count, dtype: parameters.DType, device: parameters.Device).DetachFromDisposeScope())] : [];
        _columns = [.. _coefficients.Select(all => Enumerable.Range(0, count).Select(j => all.narrow(1, j, 1).DetachFromDisposeScope()).ToArray())];
    }

    public override RowTerm Term(FlatVector vector, int layer, int term) => term == 0
        ? new(Segment(vector, 0, layer), Segment(vector, 1, layer))
        : new(Segment(vector, MixtureFold.BasisKind, layer).select(0, term - 1), Segment(vector, MixtureFold.BasisKind + 1, layer).select(0, term - 1));

    public override Tensor? Scale(int layer, int term) => term == 0 ? _first : _hasUnits ? _columns[layer][term - 1] : Times;

    public override bool HasParameters(int term) => term > 0 && _hasUnits;

    protected override void Compute()
    {
        _first?.copy_(Times).mul_(CachedScalars.Of(_kind.FirstSlope)).add_(CachedScalars.One, CachedScalars.One);
        for (int l = 0; l < _coefficients.Length; l++)
        {
            _coefficients[l].copy_(Segment(Parameters, MixtureFold.SlopeKind + 1, l)).addcmul_(Times, Segment(Parameters, MixtureFold.SlopeKind, l), CachedScalars.One).tanh_();
        }
    }

    protected override void PullbackAtTimes(int layer, int term, Tensor cotangent, Scalar weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        if (!HasParameters(term))
        {
            intoTime?.add_(cotangent.view(-1), CachedScalars.Of(term == 0 ? _kind.FirstSlope : 1));
            return;
        }

        var scale = _columns[layer][term - 1];
        cotangent.addcmul_(cotangent.mul(scale), scale, CachedScalars.MinusOne);
        (Tensor, Tensor) Line(FlatVector vector) => (Segment(vector, MixtureFold.SlopeKind, layer).narrow(0, term - 1, 1), Segment(vector, MixtureFold.SlopeKind + 1, layer).narrow(0, term - 1, 1));
        PullbackLine(cotangent, weight, Line, intoGradient, intoTime);
    }

    protected override void DisposeScratch()
    {
        _first?.Dispose();
        foreach (var tensor in _coefficients.Concat(_columns.SelectMany(columns => columns)))
        {
            tensor.Dispose();
        }
    }

    private Tensor Segment(FlatVector vector, int kind, int layer) => vector[(kind * Sizes.Count) + layer];
}
