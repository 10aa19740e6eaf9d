namespace FlowOde.Solvers.Adjoints;

/// <summary>Which channels of a backward solve count in its error norm.</summary>
public enum BackwardNorm
{
    /// <summary>State and cotangent only: integrals such as the parameter gradient do not feed back (Kidger, Chen, Lyons 2021, §3).</summary>
    Seminorm,

    /// <summary>The parameter gradient and the cotangents of constants as well.</summary>
    Full,
}
