using System.Globalization;

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
        new BinomialAdjoint(),
        new SymplecticAdjoint(),
        new ReversibleAdjoint(),
        new BacksolveAdjoint(),
        new BacksolveAdjoint { Norm = BackwardNorm.Full },
        new InterpolatedAdjoint(),
        new BackpropagationAdjoint(),
    ];

    /// <summary>The gradient method of a text: a name, or for an <see cref="INumberedAdjoint"/> <c>name:number</c>.</summary>
    /// <returns>The method, or null where no method has the name, or takes no number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The method cannot have this number; the message says why.</exception>
    public static IAdjoint? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':', 2);
        var named = All.FirstOrDefault(adjoint => adjoint.Name == parts[0]);
        return parts.Length == 1
            ? named
            : named is INumberedAdjoint numbered && int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? numbered.With(number) : null;
    }
}
