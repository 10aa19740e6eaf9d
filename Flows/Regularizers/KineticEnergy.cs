using FlowOde.Flows.Layers;
using FlowOde.Flows.TraceEstimators;
using TorchSharp;

namespace FlowOde.Flows.Regularizers;

/// <summary>½ mean_i f_i², integrated over time: paths are short and of even speed.</summary>
/// <remarks>Finlay et al. 2020 (RNODE), Eq. 9, in the form of the authors' public code: with the factor ½ and the mean over dimensions.</remarks>
public sealed class KineticEnergy : IRegularizer
{
    /// <inheritdoc/>
    public string Name => "kinetic-energy";

    /// <inheritdoc/>
    public string Description => "½ mean f²: short paths of even speed";

    /// <inheritdoc/>
    public bool ReadsTangents => false;

    /// <inheritdoc/>
    public string Channel => "kineticEnergy";

    /// <inheritdoc/>
    public void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, torch.Tensor intoRate)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(intoRate);
        var scale = CachedScalars.Of(0.5 * factor / derivative.Width);
        var squares = scratch.Values.copy_(derivative.Values).mul_(derivative.Values);
        intoRate.addmv_(squares, scratch.ValueOnes, 0f, 1f).mul_(scale);
    }

    /// <inheritdoc/>
    public torch.Tensor Express(DualExpression derivative, Directions directions, double factor)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        using Scalar scale = 0.5 * factor;
        return derivative.Values.mul(derivative.Values).mean([1L]).mul(scale);
    }

    /// <inheritdoc/>
    public void Seed(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, torch.Tensor rateCotangent, Dual intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(rateCotangent);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        var scale = CachedScalars.Of(factor / derivative.Width);
        scratch.Rates.copy_(rateCotangent);
        intoCotangent.Values.addcmul_(derivative.Values, scratch.RateColumn, scale);
    }
}
