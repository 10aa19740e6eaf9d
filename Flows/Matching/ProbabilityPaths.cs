namespace FlowOde.Flows.Matching;

/// <summary>The paths by name. A new one is one file and one line here.</summary>
public static class ProbabilityPaths
{
    private static readonly (string Name, double? Usual, Func<double, IProbabilityPath> Create)[] _all =
    [
        ("cond-ot", 0, width => new CondOtPath(width)),
        ("independent", 0.1, width => new IndependentPath(width)),
        ("vp-trigonometric", null, _ => new VpTrigonometricPath()),
        ("vp-diffusion", null, _ => new VpDiffusionPath()),
        ("schroedinger-bridge", 0.5, width => new SchroedingerBridgePath(width)),
        ("stochastic-interpolant", 0.5, width => new StochasticInterpolantPath(width)),
    ];

    /// <summary>All paths, of their usual width.</summary>
    public static IReadOnlyList<IProbabilityPath> All { get; } = [.. _all.Select(entry => entry.Create(entry.Usual ?? 0))];

    /// <summary>The path of this name, of a width.</summary>
    /// <param name="name">The name.</param>
    /// <param name="width">The width that the path takes, or null for the usual one.</param>
    /// <exception cref="ArgumentException">No path has this name, or this one takes no width; the message says which there are.</exception>
    public static IProbabilityPath Named(string name, double? width = null)
    {
        var (found, usual, create) = Array.Find(_all, entry => entry.Name == name);
        if (found is null)
        {
            throw new ArgumentException($"There is no path '{name}'. Known are: {string.Join(", ", _all.Select(entry => entry.Name))}.", nameof(name));
        }

        return width is null || usual is not null
            ? create(width ?? usual ?? 0)
            : throw new ArgumentException($"The path '{name}' has no width; of {string.Join(", ", _all.Where(entry => entry.Usual is not null).Select(entry => entry.Name))} one can be chosen.", nameof(width));
    }
}
