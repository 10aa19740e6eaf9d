namespace FlowOde.Solvers.Certification;

/// <summary>How far a gradient lies from another in one group of parameters.</summary>
/// <param name="Group">The name of the segment.</param>
/// <param name="Distance">The relative distance.</param>
public sealed record GroupDistance(string Group, double Distance);
