namespace FlowOde.Flows.TraceEstimators;

/// <summary>The distribution of a probe's entries: independent, of mean 0 and variance 1.</summary>
public enum ProbeDistribution
{
    /// <summary>±1 with equal chances: variance 2(‖sym J‖² − Σ J_ii²), the least of all; exact for diagonal J.</summary>
    Rademacher,

    /// <summary>Normal: variance 2‖sym J‖².</summary>
    Gaussian,
}
