using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>A solve that can pull cotangents of its states back to the start and the parameters, once. Returns its memory when disposed.</summary>
public abstract class RecordedSolve : IDisposable
{
    /// <summary>The state at each time after the start: States[i] belongs to Times[i + 1]. They belong to the record.</summary>
    public abstract IReadOnlyList<FlatVector> States { get; }

    /// <summary>What the forward solve cost.</summary>
    public abstract SolveStatistics Statistics { get; }

    /// <summary>The accepted grid: the start, then the end of each step.</summary>
    public abstract IReadOnlyList<double> Grid { get; }

    /// <summary>The state at the last time.</summary>
    public FlatVector Final => States[^1];

    /// <summary>Pulls cotangents back through the solve.</summary>
    /// <param name="stateCotangents">∂L/∂y of each state of <see cref="States"/>, in its layout. Not changed.</param>
    /// <param name="intoStart">Is overwritten with ∂L/∂y at the start.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <returns>∂L/∂t of each time, and what it cost.</returns>
    /// <remarks>After an exception the gradient holds part of the sum; discard it.</remarks>
    /// <exception cref="InvalidOperationException">The record was pulled back before.</exception>
    /// <exception cref="ArgumentException">The number of cotangents is not the number of states.</exception>
    public SolveGradient Pullback(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(intoStart);
        ArgumentNullException.ThrowIfNull(intoGradient);
        if (stateCotangents.Length != States.Count)
        {
            throw new ArgumentException($"The solve has {States.Count} states but {stateCotangents.Length} cotangents were given.", nameof(stateCotangents));
        }

        if (_pulledBack)
        {
            throw new InvalidOperationException("This solve was pulled back already; record it again.");
        }

        _pulledBack = true;
        return PullbackOnce(stateCotangents, intoStart, intoGradient);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The pullback itself; called once.</summary>
    private protected abstract SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient);

    private bool _pulledBack;
}
