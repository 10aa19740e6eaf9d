namespace FlowOde.Flows.Classification.Chains;

/// <summary>The architectures by name. A new one is a line here, and a file where it is no solver's.</summary>
public static class KnownArchitectures
{
    /// <summary>All that this program can make, in the order in which they are listed.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. new Architecture[]
    {
        new SteppedArchitecture("resnet", "euler", "residual blocks: forward Euler"),
        new SteppedArchitecture("polynet", "polynet2", "poly-2 blocks: backward Euler, truncated"),
        new SteppedArchitecture("fractalnet", "fractalnet2", "fractal blocks: an expansion of Runge–Kutta kind"),
        new ReversibleArchitecture(),
        new LinearMultistepArchitecture(),
        new SteppedArchitecture("rk2net", "midpoint", "two stages with the weights of one block: the midpoint rule"),
        new SteppedArchitecture("rk4net", "rk4", "four stages with the weights of one block: the classic Runge–Kutta method"),
        new OdeNetArchitecture("ode-net", false, "one block in continuous time, by any solver"),
        new OdeNetArchitecture("anode", true, "the same with more channels, which start at zero"),
    }.Where(architecture => architecture.IsAvailable)];

    /// <summary>The architecture of this name.</summary>
    /// <exception cref="ArgumentException">None has this name; the message lists those that exist.</exception>
    public static Architecture Named(string name) => All.FirstOrDefault(architecture => architecture.Name == name)
        ?? throw new ArgumentException($"There is no architecture '{name}'. Known are: {string.Join(", ", All.Select(architecture => architecture.Name))}.", nameof(name));
}
