namespace FlowOde.Flows.Matching;

/// <summary>
/// A path of densities from noise x0 at time 0 to data x1 at time 1, given by its points x = α(t)·x1 + σ(t)·x0 + γ(t)·ε with a normal ε of its own, and by the
/// rates of the three coefficients: the velocity that a field learns is dx/dt along such a point.
/// </summary>
public interface IProbabilityPath
{
    /// <summary>The name in configurations.</summary>
    string Name { get; }

    /// <summary>What it is, in one line.</summary>
    string Description { get; }

    /// <summary>The times at which it can be learnt, between 0 and 1: the whole way unless the velocity is singular at an end.</summary>
    (double First, double Last) Span { get; }

    /// <summary>Whether points have noise of their own, besides x0.</summary>
    bool HasSpread { get; }

    /// <summary>The coefficients at a time.</summary>
    /// <param name="time">t within <see cref="Span"/>.</param>
    PathCoefficients At(double time);
}
