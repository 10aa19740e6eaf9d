using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// The family a = g ∘ (W h + b) + r t with g = σ(u t + v): segments <c>weight.l</c> W [out, in], <c>bias.l</c> b [out], with gates
/// <c>gateSlope.l</c> u and <c>gateOffset.l</c> v [out], with shifts <c>shift.l</c> r [out]. Of convolutions, W is [out, in·area] and gates and
/// shifts are of channels; where time is an input channel, r is its kernel, [out, area].
/// </summary>
public abstract class GatedLayers : ITimeDependentLayers
{
    private protected GatedLayers()
    {
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Description { get; }

    internal abstract bool HasGate { get; }

    internal abstract bool HasShift { get; }

    internal const int GateKind = 2;

    internal int ShiftKind => HasGate ? 4 : 2;

    /// <summary>Whether the shift is the weight of one more input, so that it counts in the bounds of initial weights and ends at an image's border.</summary>
    private protected virtual bool TimeIsInput => false;

    /// <summary>Whether the shift is a kernel rather than a number for each output.</summary>
    internal bool HasOnesInput(LayerSizes sizes) => TimeIsInput && sizes.Area > 1;

    /// <inheritdoc/>
    /// <remarks>Bounds 1/√(fan-in), as the layers of the FFJORD authors start; functions of time alone have fan-in 1.</remarks>
    public IReadOnlyList<LayerParameter> Parameters(LayerSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var layers = Enumerable.Range(0, sizes.Count);
        IEnumerable<LayerParameter> Vectors(string kind, Func<int, double> bound, bool scalesOutput = false) =>
            layers.Select(l => new LayerParameter(new($"{kind}.{l}", sizes.Out(l)), l, bound(l), scalesOutput));
        double Bound(int l) => 1 / Math.Sqrt(sizes.In(l) + (TimeIsInput ? sizes.Area : 0));
        IEnumerable<LayerParameter> Shifts() => HasOnesInput(sizes)
            ? layers.Select(l => new LayerParameter(new($"shift.{l}", sizes.Out(l), sizes.Area), l, Bound(l), false))
            : Vectors("shift", l => TimeIsInput ? Bound(l) : 1);
        return
        [
            .. layers.Select(l => new LayerParameter(new($"weight.{l}", sizes.Out(l), sizes.In(l)), l, Bound(l), true)),
            .. Vectors("bias", Bound, scalesOutput: true),
            .. HasGate ? Vectors("gateSlope", _ => 1).Concat(Vectors("gateOffset", _ => 1)) : [],
            .. HasShift ? Shifts() : [],
        ];
    }

    /// <inheritdoc/>
    public LayerFold CreateFold(LayerSizes sizes, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        return new GatedFold(this, sizes, parameters);
    }

    /// <inheritdoc/>
    public LayerExpression Express(LayerSizes sizes, int layer, Tensor time, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        Tensor Kind(int kind) => parameters[(kind * sizes.Count) + layer];
        var t = LayerExpression.Scale(time);
        var gate = HasGate ? Kind(GateKind).mul(t).add(Kind(GateKind + 1), CachedScalars.One).sigmoid() : null;
        var affine = new LayerTerm(gate, Kind(0), Kind(1));
        return !HasShift ? new(affine)
            : HasOnesInput(sizes) ? new(affine, new LayerTerm(t, null, null, Kind(ShiftKind)))
            : new(affine, new LayerTerm(t, null, Kind(ShiftKind)));
    }
}
