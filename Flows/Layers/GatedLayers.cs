using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// The family a = g ∘ (W h + b) + r t with g = σ(u t + v): segments <c>weight.l</c> W [out, in], <c>bias.l</c> b [out], with gates
/// <c>gateSlope.l</c> u and <c>gateOffset.l</c> v [out], with shifts <c>shift.l</c> r [out]. Of convolutions, W is [out, in·area] and gates and
/// shifts are of channels; where time is an input channel, r is its kernel, [out, area], perhaps with those of further inputs, [out, channels·area].
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

    /// <inheritdoc/>
    public virtual bool NeedsImages => false;

    /// <inheritdoc/>
    public virtual int OutputsPerUnit => 1;

    internal abstract bool HasGate { get; }

    internal abstract bool HasShift { get; }

    internal const int GateKind = 2;

    internal int ShiftKind => HasGate ? 4 : 2;

    /// <summary>Number of inputs besides the network's, of which time is the first, so that they count in the bounds of initial weights and end at an image's border.</summary>
    private protected virtual int FurtherInputs => 0;

    /// <summary>Number of further inputs that are channels of an image with a kernel, rather than a number for each output.</summary>
    internal int FixedInputs(LayerSizes sizes) => NeedsImages || sizes.Areas.Any(area => area > 1) ? FurtherInputs : 0;

    /// <inheritdoc/>
    /// <remarks>Bounds 1/√(fan-in), as the layers of the FFJORD authors start; functions of time alone have fan-in 1.</remarks>
    public IReadOnlyList<LayerParameter> Parameters(LayerSizes sizes)
    {
        CheckImages(sizes);
        var layers = Enumerable.Range(0, sizes.Count);
        IEnumerable<LayerParameter> Vectors(string kind, Func<int, double> bound, bool scalesOutput = false) =>
            layers.Select(l => new LayerParameter(new($"{kind}.{l}", sizes.Out(l)), l, bound(l), scalesOutput));
        double Bound(int l) => 1 / Math.Sqrt(sizes.In(l) + (FurtherInputs * sizes.Area(l)));
        IEnumerable<LayerParameter> Shifts() => FixedInputs(sizes) > 0
            ? layers.Select(l => new LayerParameter(new($"shift.{l}", sizes.Out(l), FixedInputs(sizes) * sizes.Area(l)), l, Bound(l), false))
            : Vectors("shift", l => FurtherInputs > 0 ? Bound(l) : 1);
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
        CheckImages(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        return new GatedFold(this, sizes, parameters);
    }

    /// <inheritdoc/>
    public RowFold CreateRowFold(LayerSizes sizes, FlatVector parameters, long rows)
    {
        CheckImages(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        return new GatedRowFold(this, sizes, parameters, rows);
    }

    /// <inheritdoc/>
    public LayerExpression Express(LayerSizes sizes, int layer, Tensor time, IReadOnlyList<Tensor> parameters)
    {
        CheckImages(sizes);
        ArgumentNullException.ThrowIfNull(parameters);
        Tensor Kind(int kind) => parameters[(kind * sizes.Count) + layer];
        var t = LayerExpression.Scale(time);
        var gate = HasGate ? Kind(GateKind).mul(t).add(Kind(GateKind + 1), CachedScalars.One).sigmoid() : null;
        var affine = new LayerTerm(gate, Kind(0), Kind(1));
        if (!HasShift)
        {
            return new(affine);
        }

        var shift = Kind(ShiftKind);
        if (FixedInputs(sizes) == 0)
        {
            return new(affine, new LayerTerm(t, null, shift));
        }

        // Coordinates do not grow with time: their kernels stand behind a kernel of zeros for the channel of ones.
        long area = sizes.Area(layer);
        var ofTime = shift.narrow(1, 0, area);
        return FixedInputs(sizes) == 1
            ? new(affine, new LayerTerm(t, null, null, shift))
            : new(affine, new LayerTerm(t, null, null, cat([ofTime, zeros_like(shift).narrow(1, area, shift.size(1) - area)], 1)), new LayerTerm(null, null, null, cat([zeros_like(ofTime), shift.narrow(1, area, shift.size(1) - area)], 1)));
    }

    private void CheckImages(LayerSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (NeedsImages && !sizes.AreConvolutions)
        {
            throw new ArgumentException($"Layers '{Name}' are convolutions; rows that are no images have no coordinates. Use 'concat', or say how a row is an image.", nameof(sizes));
        }
    }
}
