using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>W(t) = Σ_j s_j(t) W_j and b(t) = Σ_j s_j(t) b_j, with the pullback to all W_j, b_j and, where they are learned, to the coefficients.</summary>
internal sealed class MixtureFold : LayerFold
{
    internal const int BasisKind = 2;
    internal const int SlopeKind = 4;

    private readonly MixtureLayers _kind;
    private readonly bool _hasUnits;
    private readonly Tensor[] _coefficients;

    internal MixtureFold(MixtureLayers kind, LayerSizes sizes, FlatVector parameters)
        : base(sizes, parameters)
    {
        (_kind, _hasUnits) = (kind, kind.HasUnits(sizes));
        _coefficients = [.. Enumerable.Range(0, sizes.Count).Select(_ => zeros(kind.BasisCount(sizes), dtype: parameters.DType, device: parameters.Device).DetachFromDisposeScope())];
    }

    protected override void Compute(double time)
    {
        using Scalar t = time, first = First(time);
        for (int l = 0; l < Sizes.Count; l++)
        {
            using var scope = NewDisposeScope();
            var coefficients = _coefficients[l];
            if (_hasUnits)
            {
                coefficients.copy_(Segment(Parameters, SlopeKind, l)).mul_(t).add_(Segment(Parameters, SlopeKind + 1, l), CachedScalars.One).tanh_();
            }
            else
            {
                coefficients.fill_(t);
            }

            Mix(0, Affine.Weight[l]);
            Mix(1, Affine.Bias[l]);
            void Mix(int part, Tensor into)
            {
                var basis = Segment(Parameters, BasisKind + part, l);
                into.copy_(Segment(Parameters, part, l)).mul_(first).add_(mv(basis.view(basis.size(0), -1).t(), coefficients).view(into.shape), CachedScalars.One);
            }
        }
    }

    protected override void PullbackAt(double time, AffineLayers cotangent, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        using Scalar w = weight, wt = weight * time, first = weight * First(time), slope = _kind.FirstSlope;
        intoTime?.fill_(CachedScalars.Zero);
        for (int l = 0; l < Sizes.Count; l++)
        {
            using var scope = NewDisposeScope();
            var coefficients = _coefficients[l];
            var ofCoefficients = zeros_like(coefficients);
            Pull(0, cotangent.Weight[l]);
            Pull(1, cotangent.Bias[l]);
            if (!_hasUnits)
            {
                intoTime?.add_(ofCoefficients.sum(), CachedScalars.One);
                continue;
            }

            var ofUnits = ofCoefficients.addcmul(ofCoefficients.mul(coefficients), coefficients, CachedScalars.MinusOne);
            intoTime?.add_(ofUnits.dot(Segment(Parameters, SlopeKind, l)), CachedScalars.One);
            if (intoGradient is not null)
            {
                Segment(intoGradient, SlopeKind, l).add_(ofUnits, wt);
                Segment(intoGradient, SlopeKind + 1, l).add_(ofUnits, w);
            }

            void Pull(int part, Tensor whole)
            {
                var basis = Segment(Parameters, BasisKind + part, l);
                var flat = whole.reshape(-1);
                ofCoefficients.add_(mv(basis.view(basis.size(0), -1), flat), CachedScalars.One);
                if (_kind.FirstSlope != 0)
                {
                    intoTime?.add_(flat.dot(Segment(Parameters, part, l).view(-1)), slope);
                }

                if (intoGradient is not null)
                {
                    Segment(intoGradient, part, l).add_(whole, first);
                    Segment(intoGradient, BasisKind + part, l).view(basis.size(0), -1).addcmul_(coefficients.unsqueeze(1), flat, w);
                }
            }
        }
    }

    protected override void DisposeScratch()
    {
        foreach (var tensor in _coefficients)
        {
            tensor.Dispose();
        }
    }

    private double First(double time) => 1 + (_kind.FirstSlope * time);

    private Tensor Segment(FlatVector vector, int kind, int layer) => vector[(kind * Sizes.Count) + layer];
}
