using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers;

/// <summary>The states at the times that were asked for. Owns them.</summary>
public sealed class OdeSolution : IDisposable
{
    internal OdeSolution(IReadOnlyList<FlatVector> states, IReadOnlyList<double> times, SolveStatistics statistics) => (States, Times, Statistics) = (states, times, statistics);

    /// <summary>The state at each time after the start: States[i] belongs to Times[i + 1] of the problem, and to <see cref="Times"/>[i] here.</summary>
    public IReadOnlyList<FlatVector> States { get; }

    /// <summary>The time of each state: those asked for, and where a limit ended the solve the time that was reached.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>Whether the last time asked for was reached.</summary>
    public bool IsComplete => Statistics.HasArrived;

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; }

    /// <summary>The state at the last time that was reached.</summary>
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
