using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Training;

/// <summary>A rule by which gradients move one flat parameter vector. Holds moments of past gradients, which it owns.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>Steps made so far.</summary>
    long Steps { get; set; }

    /// <summary>What it remembers of past gradients, each with its name in a file.</summary>
    IReadOnlyList<(string Name, FlatVector Vector)> Moments { get; }

    /// <summary>Updates parameters and their average.</summary>
    /// <param name="gradient">The gradient; not changed.</param>
    /// <param name="gradientFactor">Multiplies the gradient first: below 1 where it is clipped.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="averageDecay">The decay of the average after many steps; see <see cref="ExponentialMovingAverage"/>.</param>
    /// <param name="intoParameters">The parameters, changed in place.</param>
    /// <param name="intoAverage">Their average, changed in place.</param>
    void Step(FlatVector gradient, double gradientFactor, double rate, double averageDecay, FlatVector intoParameters, FlatVector intoAverage);
}
