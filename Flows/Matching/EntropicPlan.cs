using System.Numerics;

namespace FlowOde.Flows.Matching;

/// <summary>The plan of least expected cost less ε times entropy, with uniform marginals, by Sinkhorn's sweeps.</summary>
/// <remarks>
/// Sweeps scale the rows and columns of the kernel exp(−C/ε) in turn; scalings that grow large go into its exponents (Schmitzer 2019; Peyré, Cuturi 2019, §4.4), and what marginals lack in the
/// end is rounded away (Altschuler, Weed, Rigollet 2017, Algorithm 2).
/// </remarks>
internal static class EntropicPlan
{
    private const double Close = 1e-5; // relative error of a marginal at which sweeps end; what is left is rounded away
    private const int MostSweeps = 1_000;
    private const double MostScaling = 1e50; // beyond which a scaling goes into the kernel's exponents

    /// <summary>The plan.</summary>
    /// <param name="costs">The cost of each pair, [rows, rows] row by row; all finite.</param>
    /// <param name="strength">ε in units of the cost, greater than 0.</param>
    /// <param name="rows">Number of rows.</param>
    /// <returns>[rows, rows] row by row; each row and column sums to 1/rows within rounding.</returns>
    internal static double[] Of(ReadOnlySpan<double> costs, double strength, int rows)
    {
        // logs(i, j) = −C/ε; potentials f and g make exp(f + g + logs) a plan.
        double share = -Math.Log(rows);
        var logs = new double[costs.Length];
        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = -costs[i] / strength;
        }

        var (f, g, plan) = (new double[rows], new double[rows], new double[costs.Length]);
        for (int sweep = 0, scaled; sweep < MostSweeps; sweep += scaled)
        {
            for (int row = 0; row < rows; row++)
            {
                f[row] = share - LogSum(logs.AsSpan(row * rows, rows), g, 1);
            }

            for (int column = 0; column < rows; column++)
            {
                g[column] = share - LogSum(logs.AsSpan(column), f, rows);
            }

            for (int i = 0; i < plan.Length; i++)
            {
                plan[i] = Math.Exp(logs[i] + f[i / rows] + g[i % rows]);
            }

            scaled = 1 + Scale(plan, f, g, MostSweeps - sweep - 1, out bool isClose);
            if (isClose)
            {
                break;
            }
        }

        for (int i = 0; i < plan.Length; i++)
        {
            plan[i] = Math.Exp(logs[i] + f[i / rows] + g[i % rows]);
        }

        return Rounded(plan, rows);
    }

    /// <summary>Scales rows and columns of a kernel in turn until its marginals are close, or a scaling is too large to go on with; the scalings go into the potentials.</summary>
    /// <returns>The sweeps made.</returns>
    private static int Scale(double[] kernel, double[] f, double[] g, int most, out bool isClose)
    {
        int rows = f.Length, sweep = 0;
        double share = 1.0 / rows;
        var (u, v, sums) = (new double[rows], new double[rows], new double[rows]);
        Array.Fill(v, 1);
        isClose = false;
        for (bool isSmall = true; sweep < most && isSmall && !isClose; sweep++)
        {
            for (int row = 0; row < rows; row++)
            {
                u[row] = share / Dot(kernel.AsSpan(row * rows, rows), v);
            }

            Array.Clear(sums);
            for (int row = 0; row < rows; row++)
            {
                Add(kernel.AsSpan(row * rows, rows), u[row], sums);
            }

            double worst = 0;
            for (int column = 0; column < rows; column++)
            {
                worst = Math.Max(worst, Math.Abs((v[column] * sums[column] / share) - 1));
                v[column] = share / sums[column];
                isSmall &= v[column] < MostScaling && u[column] < MostScaling && v[column] > 1 / MostScaling && u[column] > 1 / MostScaling;
            }

            isClose = worst < Close;
        }

        for (int i = 0; i < rows; i++)
        {
            f[i] = Absorbed(f[i], u[i]);
            g[i] = Absorbed(g[i], v[i]);
        }

        return sweep;

        // A scaling beyond all numbers is left to the next sweep over exponents.
        static double Absorbed(double potential, double scaling) => scaling > 0 && double.IsFinite(scaling) ? potential + Math.Log(scaling) : potential;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector<double>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            sum += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
        }

        double rest = Vector.Sum(sum);
        for (; i < a.Length; i++)
        {
            rest += a[i] * b[i];
        }

        return rest;
    }

    private static void Add(ReadOnlySpan<double> values, double factor, Span<double> into)
    {
        int i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(into[i..]) + (new Vector<double>(values[i..]) * factor)).CopyTo(into[i..]);
        }

        for (; i < values.Length; i++)
        {
            into[i] += values[i] * factor;
        }
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
