using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// The family of weighted sums of affine layers, a = Σ_j s_j(t) (W_j h + b_j): segments <c>weight.l</c> W_0 [out, in], <c>bias.l</c> b_0 [out], and for the
/// further n, <c>weightBasis.l</c> [n, out, in] and <c>biasBasis.l</c> [n, out]. Where their coefficients are learned, s_j = tanh(u_j t + v_j) with
/// <c>unitSlope.l</c> u and <c>unitOffset.l</c> v [n].
/// </summary>
public abstract class MixtureLayers : ITimeDependentLayers
{
    private protected MixtureLayers()
    {
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Description { get; }

    /// <summary>ds_0/dt, where s_0 is 1 at time 0.</summary>
    internal virtual double FirstSlope => 0;

    /// <summary>Number n of further layers.</summary>
    internal virtual int BasisCount(LayerSizes sizes) => 1;

    /// <summary>Whether the coefficients of further layers are learned; else there is one of them, and s_1 = t.</summary>
    internal virtual bool HasUnits(LayerSizes sizes) => false;

    /// <inheritdoc/>
    public IReadOnlyList<LayerParameter> Parameters(LayerSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        int n = BasisCount(sizes);
        IEnumerable<LayerParameter> Kind(string kind, bool scalesOutput, Func<int, long[]> shape) => Enumerable.Range(0, sizes.Count).Select(l =>
            Start(kind, sizes.In(l), new LayerParameter(new($"{kind}.{l}", shape(l)), l, 0, scalesOutput)));
        return
        [
            .. Kind("weight", true, l => [sizes.Out(l), sizes.In(l)]),
            .. Kind("bias", true, l => [sizes.Out(l)]),
            .. Kind("weightBasis", true, l => [n, sizes.Out(l), sizes.In(l)]),
            .. Kind("biasBasis", true, l => [n, sizes.Out(l)]),
            .. HasUnits(sizes) ? Kind("unitSlope", false, _ => [n]).Concat(Kind("unitOffset", false, _ => [n])) : [],
        ];
    }

    /// <inheritdoc/>
    public LayerFold CreateFold(LayerSizes sizes, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        return new MixtureFold(this, sizes, parameters);
    }

    /// <inheritdoc/>
    public RowFold CreateRowFold(LayerSizes sizes, FlatVector parameters, long rows)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        return new MixtureRowFold(this, sizes, parameters, rows);
    }

    /// <inheritdoc/>
    public LayerExpression Express(LayerSizes sizes, int layer, Tensor time, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        Tensor Kind(int kind) => parameters[(kind * sizes.Count) + layer];
        var t = LayerExpression.Scale(time);
        var first = FirstSlope == 0 ? null : t.mul(CachedScalars.Of(FirstSlope)).add(CachedScalars.One, CachedScalars.One);
        Tensor Coefficient(int j) => HasUnits(sizes)
            ? t.mul(Kind(MixtureFold.SlopeKind)[j]).add(Kind(MixtureFold.SlopeKind + 1)[j], CachedScalars.One).tanh()
            : t;
        return new([
            new LayerTerm(first, Kind(0), Kind(1)),
            .. Enumerable.Range(0, BasisCount(sizes)).Select(j => new LayerTerm(Coefficient(j), Kind(MixtureFold.BasisKind)[j], Kind(MixtureFold.BasisKind + 1)[j])),
        ]);
    }

    /// <summary>A segment with the law of its first entries.</summary>
    /// <param name="kind">The kind of segment, <c>weight</c> and so on.</param>
    /// <param name="inputs">Number of weights of an output.</param>
    /// <param name="parameter">The segment.</param>
    private protected abstract LayerParameter Start(string kind, long inputs, LayerParameter parameter);
}
