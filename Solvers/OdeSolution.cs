using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers;

/// <summary>The states at the times that were asked for. Owns them.</summary>
public sealed class OdeSolution : IDisposable
{
    internal OdeSolution(IReadOnlyList<FlatVector> states, SolveStatistics statistics) => (States, Statistics) = (states, statistics);

    /// <summary>The state at each time after the start: States[i] belongs to Times[i + 1].</summary>
    public IReadOnlyList<FlatVector> States { get; }

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; }

    /// <summary>The state at the last time.</summary>
    public FlatVector Final => States[^1];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in States)
        {
            state.Dispose();
        }
    }
}
