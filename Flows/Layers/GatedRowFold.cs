using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// g ∘ (W h + b) + t r at a time t for each row: one product, scaled by the row's gates g = σ(u t + v), [B, out], and a shift that the row's time scales. Where
/// the shift is a kernel R of further inputs, only that of the channel of ones is scaled; those of coordinates belong to the first term.
/// </summary>
internal sealed class GatedRowFold : RowFold
{
    private readonly GatedLayers _kind;
    private readonly int _fixedInputs;
    // Whole chunks of a vector unit: what is left over goes through another exponential, so that a row's gates would depend on the number of rows beside it.
    private const long Chunk = 32;

    private readonly Tensor[] _filled;
    private readonly Tensor[] _gate;

    internal GatedRowFold(GatedLayers kind, LayerSizes sizes, FlatVector parameters, long rows)
        : base(sizes, parameters, rows, kind.HasShift ? 2 : 1)
    {
        (_kind, _fixedInputs) = (kind, kind.FixedInputs(sizes));
        _filled = kind.HasGate ? [.. Enumerable.Range(0, sizes.Count).Select(l => zeros((((rows * sizes.Out(l)) + Chunk - 1) / Chunk) * Chunk, dtype: parameters.DType, device: parameters.Device).DetachFromDisposeScope())] : [];
        _gate = [.. _filled.Select((filled, l) => filled.narrow(0, 0, rows * sizes.Out(l)).view(rows, sizes.Out(l)).DetachFromDisposeScope())];
    }

    public override RowTerm Term(FlatVector vector, int layer, int term)
    {
        long area = Sizes.Area(layer);
        var shift = _kind.HasShift ? Segment(vector, _kind.ShiftKind, layer) : null;
        if (term == 0)
        {
            return _fixedInputs > 1
                ? new(vector[layer], Segment(vector, 1, layer), shift!.narrow(1, area, shift.size(1) - area), 1)
                : new(vector[layer], Segment(vector, 1, layer));
        }

        return _fixedInputs == 0 ? new(null, shift) : new(null, null, shift!.narrow(1, 0, area));
    }

    public override Tensor? Scale(int layer, int term) => term == 1 ? Times : _kind.HasGate ? _gate[layer] : null;

    public override bool HasParameters(int term) => term == 0 && _kind.HasGate;

    protected override void Compute()
    {
        for (int l = 0; l < _gate.Length; l++)
        {
            var (slope, offset) = Line(Parameters, l);
            _gate[l].copy_(offset).addcmul_(Times, slope, CachedScalars.One);
            _filled[l].sigmoid_();
        }
    }

    protected override void PullbackAtTimes(int layer, int term, Tensor cotangent, Scalar weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        if (term == 1)
        {
            intoTime?.add_(cotangent.view(-1), CachedScalars.One);
            return;
        }

        // ∂σ = g − g², in two steps without another buffer, as in GatedFold.
        var ofLine = cotangent.mul_(_gate[layer]).addcmul_(cotangent, _gate[layer], CachedScalars.MinusOne);
        PullbackLine(ofLine, weight, vector => Line(vector, layer), intoGradient, intoTime);
    }

    protected override void DisposeScratch()
    {
        foreach (var gate in (IEnumerable<Tensor>)[.. _gate, .. _filled])
        {
            gate.Dispose();
        }
    }

    private (Tensor Slope, Tensor Offset) Line(FlatVector vector, int layer) => (Segment(vector, GatedLayers.GateKind, layer), Segment(vector, GatedLayers.GateKind + 1, layer));

    private Tensor Segment(FlatVector vector, int kind, int layer) => vector[(kind * Sizes.Count) + layer];
}
