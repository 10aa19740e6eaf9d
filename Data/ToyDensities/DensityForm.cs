namespace FlowOde.Data.ToyDensities;

/// <summary>How an exact log-density is computed.</summary>
public enum DensityForm
{
    /// <summary>A formula, special functions included; exact to rounding.</summary>
    ClosedForm,

    /// <summary>A sum over the roots of one scalar equation, each found to rounding.</summary>
    RootFinding,

    /// <summary>One integral over a curve parameter; relative error below 1e-10 where log p > −40, below 2e-5 of log p far outside.</summary>
    Quadrature,
}
