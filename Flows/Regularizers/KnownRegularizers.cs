namespace FlowOde.Flows.Regularizers;

/// <summary>The regularisers by name. A new one is one file and one line here.</summary>
public static class KnownRegularizers
{
    /// <summary>All regularisers.</summary>
    public static IReadOnlyList<IRegularizer> All { get; } = [new KineticEnergy(), new JacobianFrobenius()];

    /// <summary>The regulariser of this name.</summary>
    /// <exception cref="ArgumentException">No regulariser has this name; the message lists those that exist.</exception>
    public static IRegularizer Named(string name) => All.FirstOrDefault(regularizer => regularizer.Name == name)
        ?? throw new ArgumentException($"There is no regulariser '{name}'. Known are: {string.Join(", ", All.Select(regularizer => regularizer.Name))}.", nameof(name));
}
