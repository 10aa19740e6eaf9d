namespace FlowOde.Flows.Matching;

/// <summary>
/// Pairs drawn from the entropic optimal plan of a batch: each row of data draws its noise from its row of the plan, so that a row of noise may be drawn twice
/// or not at all.
/// </summary>
/// <remarks>
/// Cuturi 2013; log-domain iteration of Peyré, Cuturi 2019, §4.4. The strength ε is in units of the mean cost; a Schrödinger bridge of width σ has ε = 2σ² in
/// units of the cost itself (Tong et al. 2024, Prop. 3.6).
/// </remarks>
public sealed class SinkhornCoupling : ICoupling
{
    private const double Close = 1e-6; // relative error of a marginal at which sweeps end; what is left is rounded away
    private const int MostSweeps = 1_000;

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

        // logs(i, j) = −C/ε; potentials f and g make exp(f + g + logs) a plan.
        double unit = IsRelative && mean > 0 ? _strength * mean : _strength, share = -Math.Log(rows);
        var logs = new double[costs.Length];
        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = -costs[i] / unit;
        }

        var (f, g) = (new double[rows], new double[rows]);
        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            for (int row = 0; row < rows; row++)
            {
                f[row] = share - LogSum(logs.AsSpan(row * rows, rows), g, 1);
            }

            double worst = 0;
            for (int column = 0; column < rows; column++)
            {
                double sum = LogSum(logs.AsSpan(column), f, rows);
                worst = Math.Max(worst, Math.Abs(double.ExpM1(g[column] + sum - share)));
                g[column] = share - sum;
            }

            if (worst < Close)
            {
                break;
            }
        }

        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = Math.Exp(logs[i] + f[i / rows] + g[i % rows]);
        }

        return Rounded(logs, rows);
    }

    /// <summary>The plan next to one whose marginals are not quite right: too full rows and columns are scaled down, and what is missing is spread over all that lack.</summary>
    /// <remarks>Altschuler, Weed, Rigollet 2017, Algorithm 2.</remarks>
    private static double[] Rounded(double[] plan, int rows)
    {
        double share = 1.0 / rows;
        foreach (var (first, next) in new[] { (rows, 1), (1, rows) })
        {
            for (int line = 0; line < rows; line++)
            {
                double sum = 0;
                for (int i = 0; i < rows; i++)
                {
                    sum += plan[(line * first) + (i * next)];
                }

                double factor = Math.Min(1, share / sum);
                for (int i = 0; i < rows; i++)
                {
                    plan[(line * first) + (i * next)] *= factor;
                }
            }
        }

        var (left, lower) = (new double[rows], new double[rows]);
        Array.Fill(left, share);
        Array.Fill(lower, share);
        for (int i = 0; i < plan.Length; i++)
        {
            left[i / rows] -= plan[i];
            lower[i % rows] -= plan[i];
        }

        double missing = left.Sum();
        for (int i = 0; missing > 0 && i < plan.Length; i++)
        {
            plan[i] += left[i / rows] * lower[i % rows] / missing;
        }

        return plan;
    }

    /// <summary>log Σ exp(values[i·stride] + shifts[i]).</summary>
    private static double LogSum(ReadOnlySpan<double> values, ReadOnlySpan<double> shifts, int stride)
    {
        double most = double.NegativeInfinity, sum = 0;
        for (int i = 0; i < shifts.Length; i++)
        {
            most = Math.Max(most, values[i * stride] + shifts[i]);
        }

        for (int i = 0; i < shifts.Length; i++)
        {
            sum += Math.Exp(values[i * stride] + shifts[i] - most);
        }

        return most + Math.Log(sum);
    }
}
