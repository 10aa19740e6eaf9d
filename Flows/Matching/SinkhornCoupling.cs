namespace FlowOde.Flows.Matching;

/// <summary>
/// Pairs drawn from the entropic optimal plan of a batch: each row of data draws its noise from its row of the plan, so that a row of noise may be drawn twice
/// or not at all.
/// </summary>
/// <remarks>
/// Cuturi 2013; sweeps scale the kernel, whose scalings go into its exponents where they grow large (Schmitzer 2019; Peyré, Cuturi 2019, §4.4). The strength ε is in units of the mean cost; a Schrödinger bridge of width σ has ε = 2σ² in
/// units of the cost itself (Tong et al. 2024, Prop. 3.6).
/// </remarks>
public sealed class SinkhornCoupling : ICoupling
{
    private readonly double _strength;

    /// <summary>Makes a coupling.</summary>
    /// <param name="strength">ε, greater than 0; small comes near the optimal pairs, large near the independent ones.</param>
    /// <param name="isRelative">Whether ε is in units of the batch's mean cost.</param>
    public SinkhornCoupling(double strength = 0.05, bool isRelative = true)
    {
        _strength = strength > 0 && double.IsFinite(strength) ? strength : throw new ArgumentOutOfRangeException(nameof(strength), strength, "The strength of a Sinkhorn coupling is greater than 0.");
        IsRelative = isRelative;
    }

    /// <inheritdoc/>
    public string Name => "sinkhorn";

    /// <inheritdoc/>
    public string Description => "drawn from the entropic optimal plan of a batch";

    /// <inheritdoc/>
    public bool NeedsCosts => true;

    /// <summary>Whether ε is in units of the batch's mean cost.</summary>
    public bool IsRelative { get; }

    /// <inheritdoc/>
    public int[] Pair(ReadOnlySpan<double> costs, int rows, ReadOnlySpan<double> draws)
    {
        double[] plan = Plan(costs, rows);
        var pairs = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            double left = draws[row] / rows;
            int column = 0;
            while (column < rows - 1 && left >= plan[(row * rows) + column])
            {
                left -= plan[(row * rows) + column++];
            }

            pairs[row] = column;
        }

        return pairs;
    }

    /// <summary>The plan: least expected cost less ε times entropy, with uniform marginals.</summary>
    /// <param name="costs">As in <see cref="Pair"/>.</param>
    /// <param name="rows">Number of rows.</param>
    /// <returns>The plan, row by row; each row and column sums to 1/rows within rounding.</returns>
    public double[] Plan(ReadOnlySpan<double> costs, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(costs.Length, rows * rows);
        double mean = 0;
        foreach (double cost in costs)
        {
            mean += cost / costs.Length;
        }

        return EntropicPlan.Of(costs, IsRelative && mean > 0 ? _strength * mean : _strength, rows);
    }
}
