namespace FlowOde.Solvers.Adjoints;

/// <summary>What a pullback through a solve yields besides the vectors it writes.</summary>
/// <param name="TimeCotangents">∂L/∂t of each time of the problem, the start first.</param>
/// <param name="Statistics">What the backward pass cost.</param>
public sealed record SolveGradient(IReadOnlyList<double> TimeCotangents, SolveStatistics Statistics);
