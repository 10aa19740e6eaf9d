namespace FlowOde.Cli.Benching;

/// <summary>The meters of a network's three jobs.</summary>
/// <param name="settle">Waits for work that a device still has to do.</param>
internal sealed class NetworkMeters(Action settle)
{
    /// <summary>Evaluations.</summary>
    public Meter Forward { get; } = new(settle);

    /// <summary>State halves of pullbacks.</summary>
    public Meter Pullback { get; } = new(settle);

    /// <summary>Parameter halves of pullbacks.</summary>
    public Meter Parameters { get; } = new(settle);

    /// <summary>All three with their names.</summary>
    public IReadOnlyList<(string Name, Meter Meter)> All => [("forward", Forward), ("pullback", Pullback), ("parameters", Parameters)];

    /// <summary>Milliseconds of all, those of threads side by side added up.</summary>
    public double Milliseconds => All.Sum(entry => entry.Meter.Milliseconds);
}
