namespace FlowOde.Solvers.Measurement;

/// <summary>What one gradient cost, as the solves themselves count it.</summary>
/// <param name="Forward">The forward solves.</param>
/// <param name="Backward">The backward pass: evaluations made again, and pullbacks.</param>
/// <param name="Drift">The largest relative distance of rebuilt states from the true ones; 0 for methods that rebuild nothing.</param>
public sealed record GradientCost(SolveStatistics Forward, SolveStatistics Backward, double Drift);
