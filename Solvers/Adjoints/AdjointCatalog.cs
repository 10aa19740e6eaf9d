namespace FlowOde.Solvers.Adjoints;

/// <summary>All gradient methods by name. A new one is its own file and a line here.</summary>
public static class AdjointCatalog
{
    /// <summary>The gradient methods, the default first.</summary>
    public static IReadOnlyList<IAdjoint> All { get; } =
    [
        new AutoAdjoint(),
        new DirectAdjoint(),
        new CheckpointedAdjoint(),
        new BacksolveAdjoint(),
        new BacksolveAdjoint { Norm = BacksolveNorm.Full },
    ];

    /// <summary>The gradient method of a name, or null.</summary>
    public static IAdjoint? Find(string name) => All.FirstOrDefault(adjoint => adjoint.Name == name);
}
