using FlowOde.Solvers;

namespace FlowOde.Samplers.Sampling;

/// <summary>Rows drawn from a flow.</summary>
/// <param name="Values">Rows, [count, dimension] row by row, in data units.</param>
/// <param name="Statistics">What the most expensive solve cost.</param>
public sealed record SampledRows(double[] Values, SolveStatistics Statistics);
