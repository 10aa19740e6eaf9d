namespace FlowOde.Solvers.Stochastic;

/// <summary>Euler–Maruyama: y + f Δt + g ΔW, for Itô's equations (Maruyama 1955; Kloeden and Platen 1992, 10.2.4).</summary>
public sealed class EulerMaruyama : ISdeStepper
{
    private EulerMaruyama()
    {
    }

    /// <summary>The method.</summary>
    public static EulerMaruyama Method { get; } = new();

    /// <inheritdoc/>
    public string Name => "euler-maruyama";

    /// <inheritdoc/>
    public SdeCalculus Calculus => SdeCalculus.Ito;

    /// <summary>The error of a path falls with this power of the step; with the first power where g depends on time alone.</summary>
    public double StrongOrder => 0.5;

    /// <inheritdoc/>
    public double WeakOrder => 1;

    /// <inheritdoc/>
    public int Scratch => 1;

    /// <inheritdoc/>
    public void Advance(SdeStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var slope = step.Scratch(0);
        step.Drift(step.Time, step.State, slope);
        step.Combine(step.State, [step.Length], [slope], step.Candidate);
        step.Diffusion(step.Time, step.State, slope);
        step.AddProduct(1, slope, step.Noise, step.Candidate);
    }
}
