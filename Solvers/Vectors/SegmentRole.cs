namespace FlowOde.Solvers.Vectors;

/// <summary>What a solver does with a segment of a state.</summary>
public enum SegmentRole
{
    /// <summary>Feeds the dynamics and changes by them: combined at every stage.</summary>
    Evolving,

    /// <summary>Feeds the dynamics and never changes (a condition): its derivative is zero, but its cotangent is an integral.</summary>
    Constant,

    /// <summary>Changes by the dynamics and never feeds them (a log-density, an energy): combined only when a step ends.</summary>
    Quadrature,
}
