using FlowOde.Flows.Layers;
using FlowOde.Flows.TraceEstimators;
using TorchSharp;

namespace FlowOde.Flows.Regularizers;

/// <summary>mean_i (Je)_i² averaged over the probes, integrated over time; with unit vectors for directions ‖J‖²/D. Both have the same mean.</summary>
/// <remarks>Finlay et al. 2020 (RNODE), Eq. 10–12, with Je for eᵀJ, which has the same mean square, ‖J‖².</remarks>
public sealed class JacobianFrobenius : IRegularizer
{
    /// <inheritdoc/>
    public string Name => "jacobian-frobenius";

    /// <inheritdoc/>
    public string Description => "mean (Je)², the Jacobian's squared norm over D: neighbours move alike";

    /// <inheritdoc/>
    public bool ReadsTangents => true;

    /// <inheritdoc/>
    public string Channel => "jacobianFrobenius";

    /// <inheritdoc/>
    public void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, torch.Tensor intoRate)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(intoRate);
        var scale = CachedScalars.Of(factor * directions.Weight / derivative.Width);
        scratch.Tangents.copy_(derivative.Tangents).mul_(derivative.Tangents);
        intoRate.addmv_(scratch.TangentsByRow, scratch.TangentOnes, 0f, 1f).mul_(scale);
    }

    /// <inheritdoc/>
    public torch.Tensor Express(DualExpression derivative, Directions directions, double factor)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        var tangents = derivative.RequireTangents();
        using Scalar scale = factor * directions.Weight / directions.Dimension;
        return tangents.mul(tangents).sum([0L, 2L]).mul(scale);
    }

    /// <inheritdoc/>
    public void Seed(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, torch.Tensor rateCotangent, Dual intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(rateCotangent);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        var scale = CachedScalars.Of(2 * factor * directions.Weight / derivative.Width);
        scratch.Rates.copy_(rateCotangent);
        intoCotangent.Tangents.addcmul_(derivative.Tangents, scratch.RateOfTangents, scale);
    }
}
