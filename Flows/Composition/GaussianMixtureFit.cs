namespace FlowOde.Flows.Composition;

/// <summary>A fitted mixture and how the fit went. Owns the mixture.</summary>
public sealed record GaussianMixtureFit : IDisposable
{
    /// <summary>The mixture of the best start; disposed with this record.</summary>
    public required GaussianMixture Mixture { get; init; }

    /// <summary>Number of components that were asked for.</summary>
    public required int RequestedComponents { get; init; }

    /// <summary>Number of components used: fewer than asked for where rows, or distinct rows, are few.</summary>
    public int Components => Mixture.Components;

    /// <summary>Mean log-density of the training rows at each iteration of the best start, in nats; never falls but by rounding.</summary>
    public required IReadOnlyList<double> MeanLogDensities { get; init; }

    /// <summary>Last mean log-density of each start, in nats.</summary>
    public required IReadOnlyList<double> StartScores { get; init; }

    /// <summary>Whether the best start ended by its tolerance, not by the limit of iterations.</summary>
    public required bool Converged { get; init; }

    /// <summary>Frees the mixture.</summary>
    public void Dispose() => Mixture.Dispose();
}
