namespace FlowOde.Solvers.Stochastic;

/// <summary>Heun's method for Stratonovich's equations: an Euler–Maruyama step ȳ, then y + ½(f + f̄)Δt + ½(g + ḡ)ΔW (Rümelin 1982, "Numerical treatment of stochastic differential equations").</summary>
public sealed class StratonovichHeun : ISdeStepper
{
    private StratonovichHeun()
    {
    }

    /// <summary>The method.</summary>
    public static StratonovichHeun Method { get; } = new();

    /// <inheritdoc/>
    public string Name => "stratonovich-heun";

    /// <inheritdoc/>
    public SdeCalculus Calculus => SdeCalculus.Stratonovich;

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
        var (drift, nextDrift, diffusion, nextDiffusion, predicted) = (step.Scratch(0), step.Scratch(1), step.Scratch(2), step.Scratch(3), step.Scratch(4));
        step.Drift(step.Time, step.State, drift);
        step.Diffusion(step.Time, step.State, diffusion);
        step.Combine(step.State, [step.Length], [drift], predicted);
        step.AddProduct(1, diffusion, step.Noise, predicted);

        step.Drift(step.NextTime, predicted, nextDrift);
        step.Diffusion(step.NextTime, predicted, nextDiffusion);
        step.Combine(step.State, [step.Length / 2, step.Length / 2], [drift, nextDrift], step.Candidate);
        step.AddProduct(0.5, diffusion, step.Noise, step.Candidate);
        step.AddProduct(0.5, nextDiffusion, step.Noise, step.Candidate);
    }
}
