using FlowOde.Solvers.Adjoints;

namespace FlowOde.Solvers.Measurement;

/// <summary>How the memory of a gradient method grows with the number N of steps, once N is large.</summary>
/// <param name="Exponent">The p of N^p.</param>
/// <param name="IsBudgeted">Whether it grows so only until its budget is used up, and no further.</param>
/// <remarks>
/// Matsubara et al. 2021 (SAM), Table 1, and Griewank, Walther 2000. Methods that keep every state (checkpointed, symplectic, interpolated)
/// grow like N too, but by a state for each step where direct grows by the tapes of all its stages.
/// </remarks>
public sealed record MemoryTheory(double Exponent, bool IsBudgeted = false)
{
    /// <summary>The theory of a method, or null where none is stated.</summary>
    public static MemoryTheory? Of(IAdjoint method) => method switch
    {
        AutoAdjoint => new(1, IsBudgeted: true),
        DirectAdjoint or BackpropagationAdjoint or CheckpointedAdjoint or SymplecticAdjoint or InterpolatedAdjoint => new(1),
        BinomialAdjoint or ReversibleAdjoint or BacksolveAdjoint => new(0),
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => IsBudgeted ? "bounded" : Exponent == 0 ? "constant" : Exponent == 1 ? "∝ N" : $"∝ N^{Exponent}";
}
