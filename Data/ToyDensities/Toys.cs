namespace FlowOde.Data.ToyDensities;

/// <summary>The toy densities of FFJORD (Grathwohl et al. 2019), by name.</summary>
/// <remarks>Adding one is a file of its own and a line here.</remarks>
public static class Toys
{
    /// <summary>All toys, in the order they are listed.</summary>
    public static IReadOnlyList<IToyDensity> All { get; } =
    [
        new EightGaussians(),
        new TwoSpirals(),
        new Checkerboard(),
        NoisyRings.Circles,
        new Moons(),
        new Pinwheel(),
        NoisyRings.Rings,
        new SwissRoll(),
    ];

    /// <summary>The toy of a name, upper and lower case alike.</summary>
    /// <param name="name">A toy's name.</param>
    /// <returns>The toy, or <see langword="null"/> if there is none of that name.</returns>
    public static IToyDensity? Find(string name) =>
        All.FirstOrDefault(toy => string.Equals(toy.Name, name, StringComparison.OrdinalIgnoreCase));
}
