using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Measurement;

/// <summary>A recorded solve that tells of its pullback's drift. Owns the solve.</summary>
/// <param name="solve">The solve.</param>
/// <param name="tell">Receives the drift.</param>
internal sealed class ObservedSolve(RecordedSolve solve, Action<double> tell) : RecordedSolve
{
    /// <inheritdoc/>
    public override IReadOnlyList<FlatVector> States => solve.States;

    /// <inheritdoc/>
    public override SolveStatistics Statistics => solve.Statistics;

    /// <inheritdoc/>
    public override IReadOnlyList<double> Grid => solve.Grid;

    /// <inheritdoc/>
    public override void Dispose() => solve.Dispose();

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        var result = solve.Pullback(stateCotangents, intoStart, intoGradient);
        tell(result.Drift);
        return result;
    }
}
