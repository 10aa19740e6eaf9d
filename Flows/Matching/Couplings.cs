namespace FlowOde.Flows.Matching;

/// <summary>The couplings by name. A new one is one file and one line here.</summary>
public static class Couplings
{
    /// <summary>All couplings, of their usual strength.</summary>
    public static IReadOnlyList<ICoupling> All { get; } = [new IndependentCoupling(), new OptimalTransportCoupling(), new SinkhornCoupling()];

    /// <summary>The coupling of this name.</summary>
    /// <exception cref="ArgumentException">No coupling has this name; the message lists those that exist.</exception>
    public static ICoupling Named(string name) => All.FirstOrDefault(coupling => coupling.Name == name)
        ?? throw new ArgumentException($"There is no coupling '{name}'. Known are: {string.Join(", ", All.Select(coupling => coupling.Name))}.", nameof(name));
}
