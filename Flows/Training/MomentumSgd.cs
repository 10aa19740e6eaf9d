using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Training;

/// <summary>Gradient descent with momentum: v ← μ v + g + wθ, θ ← θ − rate·v, and the average of θ.</summary>
/// <remarks>The heavy ball of Polyak 1964 in the form that deep learning uses: the rate is outside the velocity, so that a schedule acts at once. Weight decay is coupled, as in the published runs of ResNet and ODE-Net.</remarks>
public sealed class MomentumSgd : IOptimizer
{
    private readonly MomentumSgdOptions _options;

    /// <summary>Makes an optimiser at rest.</summary>
    /// <param name="options">The constants.</param>
    /// <param name="parameters">The parameters it will update; only their layout is kept.</param>
    public MomentumSgd(MomentumSgdOptions options, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parameters);
        (_options, Velocity) = (options, parameters.CreateLike());
    }

    /// <summary>The velocity v. Belongs to the optimiser.</summary>
    public FlatVector Velocity { get; }

    /// <inheritdoc/>
    public long Steps { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, FlatVector Vector)> Moments => [("sgd.velocity", Velocity)];

    /// <inheritdoc/>
    public void Step(FlatVector gradient, double gradientFactor, double rate, double averageDecay, FlatVector intoParameters, FlatVector intoAverage)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(intoParameters);
        ArgumentNullException.ThrowIfNull(intoAverage);
        Steps++;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        double kept = ExponentialMovingAverage.DecayAt(averageDecay, Steps);
        using Scalar momentum = _options.Momentum, factor = gradientFactor, decay = _options.WeightDecay, step = -rate, old = kept, young = 1 - kept;
        Velocity.Flat.mul_(momentum).add_(gradient.Flat, factor).add_(intoParameters.Flat, decay);
        intoParameters.Flat.add_(Velocity.Flat, step);
        intoAverage.Flat.mul_(old).add_(intoParameters.Flat, young);
    }

    /// <inheritdoc/>
    public void Dispose() => Velocity.Dispose();
}
