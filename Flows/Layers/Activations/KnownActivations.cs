namespace FlowOde.Flows.Layers.Activations;

/// <summary>The activations by name. A new activation is one file and one line here.</summary>
public static class KnownActivations
{
    /// <summary>All activations.</summary>
    public static IReadOnlyList<Activation> All { get; } =
    [
        new TanhActivation(),
        new SoftplusActivation(),
        new SwishActivation(),
        new LearnedSwishActivation(),
        new EluActivation(),
        new GeluActivation(),
        new SineActivation(),
        new SquareActivation(),
        new IdentityActivation(),
    ];

    /// <summary>The activation of this name.</summary>
    /// <exception cref="ArgumentException">No activation has this name; the message lists those that exist.</exception>
    public static Activation Named(string name) => All.FirstOrDefault(activation => activation.Name == name)
        ?? throw new ArgumentException($"There is no activation '{name}'. Known are: {string.Join(", ", All.Select(activation => activation.Name))}.", nameof(name));
}
