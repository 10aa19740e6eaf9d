using FlowOde.Flows.Layers;
using TorchSharp;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>
/// A number for each row, read from f and its tangents Je, that fills a quadrature channel of the state; with its pullback.
/// Immutable.
/// </summary>
public interface IDualFunctional
{
    /// <summary>The name of the segment of the state that holds the integral.</summary>
    string Channel { get; }

    /// <summary>Reads the functional.</summary>
    /// <param name="derivative">f [B, D] and its tangents (∂f/∂z)e [K, B, D].</param>
    /// <param name="directions">The directions e, [K, B, D].</param>
    /// <param name="factor">Multiplies the result; dimensionless.</param>
    /// <param name="scratch">Buffers; overwritten.</param>
    /// <param name="intoRate">Receives factor · functional, [B], in units of the channel per time.</param>
    void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, torch.Tensor intoRate);

    /// <summary>The same as a torch expression, for autograd.</summary>
    /// <param name="derivative">f [B, D] and its tangents (∂f/∂z)e [K, B, D].</param>
    /// <param name="directions">The directions e, [K, B, D].</param>
    /// <param name="factor">Multiplies the result; dimensionless.</param>
    /// <returns>factor · functional, [B], a new tensor; temporaries stay in the caller's scope.</returns>
    torch.Tensor Express(DualExpression derivative, Directions directions, double factor);

    /// <summary>Pulls a cotangent of the rate back to f and its tangents.</summary>
    /// <param name="derivative">As in <see cref="Read"/>.</param>
    /// <param name="directions">As in <see cref="Read"/>.</param>
    /// <param name="factor">As in <see cref="Read"/>.</param>
    /// <param name="scratch">Buffers; overwritten.</param>
    /// <param name="rateCotangent">The cotangent of the rate, [B].</param>
    /// <param name="intoCotangent">Is added to: cotangents of f [B, D] and of its tangents [K, B, D].</param>
    void Seed(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, torch.Tensor rateCotangent, Dual intoCotangent);
}
