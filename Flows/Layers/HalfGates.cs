namespace FlowOde.Flows.Layers;

/// <summary>The gating of every layer of a tape, from what its affine part puts out to what it hands on; none where layers have no such gates.</summary>
internal sealed class HalfGates : IDisposable
{
    private readonly IReadOnlyList<Dual> _affine;
    private readonly HalfGate[] _gates;

    /// <summary>Makes them.</summary>
    /// <param name="affine">What affine parts put out, for each layer; none where there are no gates. Belong to this object from now on.</param>
    /// <param name="outputs">What layers hand on; belong to the caller.</param>
    /// <param name="groups">Into how many pieces a row falls, each of which has its first half before its second.</param>
    internal HalfGates(IReadOnlyList<Dual> affine, IReadOnlyList<Dual> outputs, IReadOnlyList<long> groups) =>
        (_affine, _gates) = (affine, [.. affine.Select((dual, l) => new HalfGate(dual, outputs[l], groups[l]))]);

    /// <summary>Number of layers with gates: all or none.</summary>
    internal int Count => _gates.Length;

    /// <summary>Native memory in bytes.</summary>
    internal long Footprint => _affine.Sum(dual => dual.Footprint);

    /// <summary>The gating of a layer.</summary>
    internal HalfGate this[int layer] => _gates[layer];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. _gates, .. _affine])
        {
            part.Dispose();
        }
    }
}
