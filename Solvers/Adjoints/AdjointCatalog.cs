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
        new BackpropagationAdjoint(),
    ];

    /// <summary>The gradient method of a text: a name, or where a method has a number, <c>name:number</c>; null where there is none.</summary>
    public static IAdjoint? Find(string text) => All.FirstOrDefault(adjoint => adjoint.Name == text);
}
