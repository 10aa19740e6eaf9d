namespace FlowOde.Flows.Objectives;

/// <summary>How an iteration of <see cref="HamiltonianAscent"/> climbs.</summary>
public sealed record HamiltonianAscentOptions
{
    /// <summary>The weight ρ of what the extended method subtracts; 0 is the basic method.</summary>
    /// <value>0 by default.</value>
    public double Penalty
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Penalty)} is finite and 0 or more.");
    }

    /// <summary>Gradient steps on each layer's Hamiltonian, at least 1.</summary>
    /// <value>10 by default.</value>
    public int Ascents
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Ascents)} is at least 1.");
    } = 10;

    /// <summary>The length of the first of them tried, as a multiple of the gradient of the rows' mean; greater than 0.</summary>
    /// <value>1 by default.</value>
    public double Rate
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Rate)} must be positive.");
    } = 1;
}
