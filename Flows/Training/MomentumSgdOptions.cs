using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Training;

/// <summary>The constants of <see cref="MomentumSgd"/>.</summary>
public sealed record MomentumSgdOptions : OptimizerOptions
{
    /// <summary>Decay of the velocity, in [0, 1); 0 for plain gradient descent.</summary>
    /// <value>0.9 by default.</value>
    public double Momentum
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The momentum lies in [0, 1).");
    } = 0.9;

    /// <summary>Weight of ½‖θ‖² in what is made small, at least 0.</summary>
    /// <value>0 by default.</value>
    public double WeightDecay
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Weight decay must not be negative.");
    }

    /// <inheritdoc/>
    public override IOptimizer Create(FlatVector parameters) => new MomentumSgd(this, parameters);
}
