using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// W(t) = g W and b(t) = g b + r t, with a gate g = σ(u t + v) for each output, or g = 1 where there are no gates, and r = 0 where
/// there are no shifts. Where the shift is a kernel, it is R t for an input of ones instead, and coordinates have kernels of their own. Pulled back as in the reverse sweep of a ConcatSquash network, with time shared by all rows.
/// </summary>
/// <remarks>In float32 on the CPU by <see cref="GatedFoldSpans"/>, elsewhere by tensor operations.</remarks>
internal sealed unsafe class GatedFold : LayerFold
{
    private readonly bool _bySpans;
    private readonly GatedLayers _kind;
    private readonly Tensor[] _views;
    private readonly Tensor _bias;
    private readonly Tensor? _gateSlope;
    private readonly Tensor? _gateOffset;
    private readonly Tensor? _shift;
    private readonly FixedInputFold? _fixed;
    private readonly FlatVector? _gate;
    private readonly FlatVector? _gateCotangent;
    private readonly Tensor[] _gateColumn = [];
    private readonly Tensor[] _ones = [];

    internal GatedFold(GatedLayers kind, LayerSizes sizes, FlatVector parameters)
        : base(sizes, parameters, kind.FixedInputs(sizes))
    {
        using var scope = NewDisposeScope();
        (_kind, _bySpans) = (kind, parameters.IsOnCpu && parameters.DType == ScalarType.Float32);
        _bias = Kind(parameters, 1);
        _gateSlope = kind.HasGate ? Kind(parameters, GatedLayers.GateKind) : null;
        _gateOffset = kind.HasGate ? Kind(parameters, GatedLayers.GateKind + 1) : null;
        _shift = kind.HasShift && Affine.FixedWeight is null ? Kind(parameters, kind.ShiftKind) : null;
        _fixed = Affine.FixedWeight is null ? null : new(sizes, FixedInputs, kind.ShiftKind * sizes.Count, parameters);
        if (kind.HasGate)
        {
            _gate = Affine.Bias.CreateLike();
            _gateCotangent = Affine.Bias.CreateLike();
            _gateColumn = [.. Layers.Select(l => _gate[l].unsqueeze(1))];
            _ones = [.. Layers.Select(l => ones(sizes.In(l), dtype: parameters.DType, device: parameters.Device))];
        }

        _views = [.. new[] { _bias, _gateSlope, _gateOffset, _shift }.OfType<Tensor>(), .. _gateColumn, .. _ones];
        foreach (var view in _views)
        {
            view.DetachFromDisposeScope();
        }
    }

    private IEnumerable<int> Layers => Enumerable.Range(0, Sizes.Count);

    protected override void Compute(double time)
    {
        _fixed?.Compute(time, Affine.FixedWeight!);
        if (_bySpans)
        {
            for (int l = 0; l < Sizes.Count; l++)
            {
                float* weight = Affine.WeightMemory(l), gate = _gate is null ? null : GatedFoldSpans.Pointer(_gate, l);
                GatedFoldSpans.Compute(Segments(Parameters, l), (float)time, (int)Sizes.In(l), (int)Sizes.Out(l), weight, Affine.Strides(l).AcrossOutputs, GatedFoldSpans.Pointer(Affine.Bias, l), gate);
            }

            GC.KeepAlive(this);
            return;
        }

        using Scalar t = time;
        var bias = Affine.Bias.Flat.copy_(_bias);
        if (_gate is not null)
        {
            bias.mul_(_gate.Flat.copy_(_gateOffset!).add_(_gateSlope!, t).sigmoid_());
        }

        if (_shift is not null)
        {
            bias.add_(_shift, t);
        }

        for (int l = 0; l < Sizes.Count; l++)
        {
            var weight = Affine.Weight[l].copy_(Parameters[l]);
            if (_gate is not null)
            {
                weight.mul_(_gateColumn[l]);
            }
        }
    }

    protected override void PullbackAt(double time, AffineLayers cotangent, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        if (_bySpans)
        {
            PullbackBySpans(time, cotangent, weight, intoGradient, intoTime);
        }
        else
        {
            PullbackByTensors(time, cotangent, weight, intoGradient, intoTime);
        }

        _fixed?.Pullback(time, cotangent.FixedWeight!, weight, intoGradient, intoTime);
    }

    private void PullbackByTensors(double time, AffineLayers cotangent, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        using var scope = NewDisposeScope();
        using Scalar w = weight, wt = weight * time;
        var bias = cotangent.Bias.Flat;
        for (int l = 0; l < Sizes.Count; l++)
        {
            if (_gate is null)
            {
                intoGradient?[l].add_(cotangent.Weight[l], w);
                continue;
            }

            intoGradient?[l].addcmul_(cotangent.Weight[l], _gateColumn[l], w);
            _gateCotangent![l].addmv_(cotangent.Weight[l].mul_(Parameters[l]), _ones[l], 0f, 1f);
        }

        var delta = _gateCotangent?.Flat;
        delta?.addcmul_(bias, _bias, CachedScalars.One);
        if (delta is not null)
        {
            // ∂σ = g − g², in two steps without another buffer: δ = ḡ g, then δ − δ g.
            delta.mul_(_gate!.Flat).addcmul_(delta, _gate.Flat, CachedScalars.MinusOne);
        }

        if (intoGradient is not null)
        {
            AddGradients(bias, delta, w, wt, intoGradient);
        }

        if (intoTime is not null)
        {
            var sum = delta is null ? zeros_like(intoTime) : delta.dot(_gateSlope!);
            intoTime.copy_(_shift is null ? sum : sum.add_(bias.dot(_shift), CachedScalars.One));
        }
    }

    private void PullbackBySpans(double time, AffineLayers cotangent, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        double byTime = 0;
        for (int l = 0; l < Sizes.Count; l++)
        {
            var (inputs, outputs) = ((int)Sizes.In(l), (int)Sizes.Out(l));
            var (acrossOutputs, acrossInputs) = cotangent.Strides(l);
            byTime += GatedFoldSpans.Pullback(
                Segments(Parameters, l), (float)time, inputs, outputs, cotangent.WeightMemory(l), acrossOutputs, acrossInputs,
                GatedFoldSpans.Pointer(cotangent.Bias, l), _gate is null ? null : GatedFoldSpans.Pointer(_gate, l), (float)weight, intoGradient is null ? null : Segments(intoGradient, l));
        }

        if (intoTime is not null)
        {
            *(float*)Dual.NativeMemory(intoTime) = (float)byTime;
        }

        GC.KeepAlive(this);
        GC.KeepAlive(cotangent);
        GC.KeepAlive(intoGradient);
        GC.KeepAlive(intoTime);
    }

    private GatedFoldSpans.Segments Segments(FlatVector vector, int layer) => new(vector, _kind, layer, Sizes.Count, _shift is not null);

    protected override void DisposeScratch()
    {
        _gate?.Dispose();
        _gateCotangent?.Dispose();
        foreach (var view in _views)
        {
            view.Dispose();
        }
    }

    private void AddGradients(Tensor bias, Tensor? delta, Scalar weight, Scalar weightTimesTime, FlatVector intoGradient)
    {
        if (delta is null)
        {
            Kind(intoGradient, 1).add_(bias, weight);
        }
        else
        {
            Kind(intoGradient, 1).addcmul_(bias, _gate!.Flat, weight);
            Kind(intoGradient, GatedLayers.GateKind).add_(delta, weightTimesTime);
            Kind(intoGradient, GatedLayers.GateKind + 1).add_(delta, weight);
        }

        if (_shift is not null)
        {
            Kind(intoGradient, _kind.ShiftKind).add_(bias, weightTimesTime);
        }
    }

    /// <summary>All segments of a kind as one view, padding included; as many entries as biases.</summary>
    private Tensor Kind(FlatVector vector, int kind) =>
        vector.Flat.narrow(0, vector.Layout.Segments[kind * Sizes.Count].Offset, Affine.Bias.Layout.Length);
}
