using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Layers;

/// <summary>
/// Scratch memory in which time-dependent layers become affine ones at one time, and in which cotangents of those are pulled back
/// to parameters and time. Of one workspace: not thread-safe.
/// </summary>
public abstract class LayerFold : IDisposable
{
    private double _time = double.NaN;

    /// <summary>Makes the affine layers that receive the fold.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="parameters">The parameters; belong to the caller.</param>
    /// <param name="fixedInputs">Number of input channels of <see cref="AffineLayers.FixedWeight"/>; 0 for none.</param>
    protected LayerFold(LayerSizes sizes, FlatVector parameters, int fixedInputs = 0)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        FixedInputs = fixedInputs;
        (Sizes, Parameters, Affine) = (sizes, parameters, new(sizes, parameters.DType, parameters.Device, fixedInputs: fixedInputs));
    }

    /// <summary>W(t) and b(t) of the last fold.</summary>
    public AffineLayers Affine { get; }

    /// <summary>Number of input channels of <see cref="AffineLayers.FixedWeight"/>; 0 for none.</summary>
    public int FixedInputs { get; }

    /// <summary>The widths.</summary>
    protected LayerSizes Sizes { get; }

    /// <summary>The parameters, as they are now.</summary>
    protected FlatVector Parameters { get; }

    /// <summary>Computes W(t) and b(t) from the parameters as they are now.</summary>
    /// <param name="time">The time t of all rows.</param>
    public void Fold(double time)
    {
        _time = time;
        Compute(time);
    }

    /// <summary>As <see cref="Fold"/>, but trusts that parameters are as at the last fold: to be used while a tape is live.</summary>
    public void FoldAgain(double time)
    {
        if (time != _time)
        {
            Fold(time);
        }
    }

    /// <summary>At the time last folded: adds weight·(cotangent of parameters), and writes the cotangent of time where it is wanted.</summary>
    /// <param name="cotangent">Cotangents of all that <see cref="Affine"/> has, in the same shapes; overwritten as scratch.</param>
    /// <param name="weight">The weight of the parameter gradient.</param>
    /// <param name="intoGradient">Is added to, in the layout of the parameters; null where only time is asked for.</param>
    /// <param name="intoTime">Receives the cotangent of t, [1]; null where it is not wanted.</param>
    public void Pullback(AffineLayers cotangent, double weight, FlatVector? intoGradient, torch.Tensor? intoTime)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        PullbackAt(_time, cotangent, weight, intoGradient, intoTime);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Affine.Dispose();
        DisposeScratch();
    }

    /// <summary>Writes W(t) and b(t) into <see cref="Affine"/>.</summary>
    protected abstract void Compute(double time);

    /// <summary>As <see cref="Pullback"/>, at the time last folded.</summary>
    protected abstract void PullbackAt(double time, AffineLayers cotangent, double weight, FlatVector? intoGradient, torch.Tensor? intoTime);

    /// <summary>Frees what the derived class holds.</summary>
    protected abstract void DisposeScratch();
}
