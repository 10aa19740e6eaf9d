using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Training;

/// <summary>The constants of <see cref="Adam"/>.</summary>
public sealed record AdamOptions : OptimizerOptions
{
    /// <summary>Decay of the mean gradient, in [0, 1).</summary>
    /// <value>0.9 by default.</value>
    public double Beta1
    {
        get;
        init => field = InUnit(value, nameof(Beta1));
    } = 0.9;

    /// <summary>Decay of the mean squared gradient, in [0, 1).</summary>
    /// <value>0.999 by default.</value>
    public double Beta2
    {
        get;
        init => field = InUnit(value, nameof(Beta2));
    } = 0.999;

    /// <summary>Added to the root of the mean square, greater than 0.</summary>
    /// <value>1e-8 by default.</value>
    public double Epsilon
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Epsilon must be positive.");
    } = 1e-8;

    /// <summary>Decoupled weight decay per unit of rate, at least 0: parameters shrink by rate·decay in a step.</summary>
    /// <value>0 by default.</value>
    public double WeightDecay
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Weight decay must not be negative.");
    }

    /// <inheritdoc/>
    public override IOptimizer Create(FlatVector parameters) => new Adam(this, parameters);

    private static double InUnit(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} lies in [0, 1).");
}
