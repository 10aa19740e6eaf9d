using FlowOde.Solvers;

namespace FlowOde.Samplers.Scoring;

/// <summary>The score of each row.</summary>
/// <param name="LogDensity">log p of each row, in nats, per unit of the data.</param>
/// <param name="StandardError">The standard error that the trace estimate leaves in each; 0 where the trace is exact, NaN for a single estimate.</param>
/// <param name="Statistics">What the most expensive chunk cost.</param>
public sealed record RowScores(double[] LogDensity, double[] StandardError, SolveStatistics Statistics);
