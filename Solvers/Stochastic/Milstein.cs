using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Stochastic;

/// <summary>Milstein's method for Itô's equations with diagonal noise: y + f Δt + g ΔW + ½ g ∂g/∂y (ΔW² − |Δt|) (Milstein 1974; Kloeden and Platen 1992, 10.3.12).</summary>
/// <remarks>
/// Where the field is no <see cref="IDiffusionTangentField"/>, g ∂g/∂y is (g(t, y + f Δt + g √|Δt|) − g(t, y)) / √|Δt|: the explicit method of strong order 1 (Kloeden and Platen 1992, 11.1.7).
/// Its order asks that the noise of each entry depends on that entry alone; else Lévy areas would be needed and it is that of Euler–Maruyama.
/// </remarks>
public sealed class Milstein : ISdeStepper
{
    private Milstein()
    {
    }

    /// <summary>The method.</summary>
    public static Milstein Method { get; } = new();

    /// <inheritdoc/>
    public string Name => "milstein";

    /// <inheritdoc/>
    public SdeCalculus Calculus => SdeCalculus.Ito;

    /// <inheritdoc/>
    public double StrongOrder => 1;

    /// <inheritdoc/>
    public double WeakOrder => 1;

    /// <inheritdoc/>
    public int Scratch => 5;

    /// <inheritdoc/>
    public void Advance(SdeStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var (slope, diffusion) = (step.Scratch(0), step.Scratch(1));
        step.Drift(step.Time, step.State, slope);
        step.Diffusion(step.Time, step.State, diffusion);
        step.Combine(step.State, [step.Length], [slope], step.Candidate);
        if (!step.Field.IsAdditive)
        {
            AddCorrection(step, diffusion);
        }

        step.AddProduct(1, diffusion, step.Noise, step.Candidate);
    }

    private static void AddCorrection(SdeStep step, FlatVector diffusion)
    {
        var (support, tangent, product) = (step.Scratch(2), step.Scratch(3), step.Scratch(4));
        double length = Math.Abs(step.Length), root = Math.Sqrt(length);
        if (!step.TryDiffusionTangent(step.Time, step.State, diffusion, tangent))
        {
            step.CombineEvolving(step.Candidate, [root], [diffusion], support); // the candidate is y + f Δt so far
            step.Diffusion(step.Time, support, tangent);
            step.CombineEvolving(null, [1 / root, -1 / root], [tangent, diffusion], tangent);
        }

        step.CombineEvolving(null, [], [], product);
        step.AddProduct(1, tangent, step.Noise, product);
        step.AddProduct(0.5, product, step.Noise, step.Candidate);
        step.CombineEvolving(step.Candidate, [-length / 2], [tangent], step.Candidate);
    }
}
