using FlowOde.Flows.TraceEstimators;

namespace FlowOde.Flows.Regularizers;

/// <summary>A functional whose integral over |dt| along the solve, whichever way the clock runs, is added to the loss, times a weight. It does not count in the error norm.</summary>
public interface IRegularizer : IDualFunctional
{
    /// <summary>The name in configurations.</summary>
    string Name { get; }

    /// <summary>What it penalises, in one line.</summary>
    string Description { get; }

    /// <summary>Whether it reads tangents, as products of directions with ∂f/∂z; else f alone.</summary>
    bool ReadsTangents { get; }
}
