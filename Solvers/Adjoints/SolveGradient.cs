namespace FlowOde.Solvers.Adjoints;

/// <summary>What a pullback through a solve yields besides the vectors it writes.</summary>
/// <param name="TimeCotangents">∂L/∂t of each time of the problem, the start first.</param>
/// <param name="Statistics">What the backward pass cost.</param>
public sealed record SolveGradient(IReadOnlyList<double> TimeCotangents, SolveStatistics Statistics)
{
    /// <summary>
    /// How far the states that the backward pass rebuilt lie from those of the forward solve, at the start and at the save times: the
    /// largest ‖rebuilt − true‖ ÷ ‖true‖ of the evolving segments. 0 for methods that rebuild nothing. Where a state is smaller than the
    /// way from it to the next one, as one at zero is, that way is the divisor.
    /// </summary>
    public double Drift { get; init; }
}
