using FlowOde.Flows.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>w Σ_k e_kᵀ(∂f/∂z)e_k over the directions e with their weight w: what every estimator that draws directions reads.</summary>
internal static class QuadraticForm
{
    /// <inheritdoc cref="IDualFunctional.Read"/>
    internal static void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor intoRate)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(intoRate);
        var scale = CachedScalars.Of(factor * directions.Weight);
        scratch.Tangents.copy_(derivative.Tangents).mul_(directions.Values);
        intoRate.addmv_(scratch.TangentsByRow, scratch.TangentOnes, 0f, 1f).mul_(scale);
    }

    /// <inheritdoc cref="IDualFunctional.Express"/>
    internal static Tensor Express(DualExpression derivative, Directions directions, double factor)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        using Scalar scale = factor * directions.Weight;
        return derivative.RequireTangents().mul(directions.Values).sum([0L, 2L]).mul(scale);
    }

    /// <inheritdoc cref="IDualFunctional.Seed"/>
    internal static void Seed(Directions directions, double factor, FunctionalScratch scratch, Tensor rateCotangent, Dual intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(rateCotangent);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        var scale = CachedScalars.Of(factor * directions.Weight);
        scratch.Rates.copy_(rateCotangent);
        intoCotangent.Tangents.addcmul_(directions.Values, scratch.RateOfTangents, scale);
    }
}
