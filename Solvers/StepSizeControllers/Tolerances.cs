using TorchSharp;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>The error allowed in a step: Absolute + Relative·max(|y0|, |y1|) per entry of the state.</summary>
public sealed record Tolerances
{
    /// <summary>Sets both tolerances.</summary>
    /// <param name="relative">Relative tolerance, dimensionless, greater than 0.</param>
    /// <param name="absolute">Absolute tolerance, in units of the state, greater than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A tolerance is not a positive finite number.</exception>
    public Tolerances(double relative, double absolute)
    {
        Relative = Positive(relative, nameof(relative));
        Absolute = Positive(absolute, nameof(absolute));
    }

    /// <summary>Relative tolerance, dimensionless.</summary>
    public double Relative { get; }

    /// <summary>Absolute tolerance, in units of the state.</summary>
    public double Absolute { get; }

    /// <summary>The smallest relative tolerance that means anything for a type: four machine epsilons.</summary>
    public static double Smallest(torch.ScalarType dtype) => 4 * (dtype == torch.ScalarType.Float32 ? 1.1920929e-7 : double.BitIncrement(1) - 1);

    /// <summary>Refuses tolerances that round-off of the state would drown.</summary>
    /// <exception cref="ArgumentException">The relative tolerance is below four machine epsilons of <paramref name="dtype"/>, or the absolute one is 0 in it.</exception>
    public void RequireReachable(torch.ScalarType dtype)
    {
        if (dtype == torch.ScalarType.Float32 && (float)Absolute == 0)
        {
            throw new ArgumentException($"An absolute tolerance of {Absolute:E2} is 0 in Float32. Use {float.Epsilon:E1} or more, or Float64.");
        }

        double smallest = Smallest(dtype);
        if (Relative < smallest)
        {
            throw new ArgumentException($"A relative tolerance of {Relative:E2} is below four machine epsilons of {dtype} ({smallest:E2}), so round-off would decide the steps. Use {smallest:E1} or more{(dtype == torch.ScalarType.Float32 ? ", or Float64" : string.Empty)}.");
        }
    }

    private static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"A tolerance must be a positive number; {value:R} is not.");
}
