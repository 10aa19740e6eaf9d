namespace FlowOde.Solvers.Tableaus;

/// <summary>
/// Gragg's midpoint rule with 2, 4, 6 … equal parts of a step, extrapolated to parts of no length: an explicit Runge–Kutta method of any even order. It starts multistep methods of high order.
/// </summary>
/// <remarks>
/// Bulirsch, Stoer 1966; Hairer, Nørsett, Wanner, Solving ODEs I, II.9. The error of each row has even powers of the parts' length alone, so that each row raises the order by 2. Without the smoothing at
/// the end, which stiff equations alone ask for. All rows share the derivative at the start.
/// </remarks>
public static class ExtrapolatedMidpoint
{
    /// <summary>The most rows: more than these lose digits to the extrapolation's weights, which alternate in sign.</summary>
    public const int MostRows = 6;

    /// <summary>The method of a number of rows; the one with a row less estimates its error.</summary>
    /// <param name="rows">The rows, 2 to <see cref="MostRows"/>: half the order.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static ButcherTableau Of(int rows)
    {
        if (rows is < 2 or > MostRows)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"The midpoint rule is extrapolated with 2 to {MostRows} rows.");
        }

        int stages = 1 + (rows * rows);
        double[][] a = new double[stages][];
        double[] b = new double[stages], lower = new double[stages], c = new double[stages];
        a[0] = [];
        int next = 1;
        for (int row = 1; row <= rows; row++)
        {
            // y_1 = y + h'f, y_{m+1} = y_{m−1} + 2h'f_m: each state as the weights of the derivatives before it.
            int parts = 2 * row;
            double part = 1.0 / parts;
            double[] before = new double[stages], state = new double[stages];
            state[0] = part;
            for (int m = 1; m < parts; m++)
            {
                (a[next], c[next]) = (state[..next], m * part);
                double[] after = [.. before];
                after[next++] += 2 * part;
                (before, state) = (state, after);
            }

            for (int i = 0; i < next; i++)
            {
                b[i] += Weight(row, rows) * state[i];
                lower[i] += row < rows ? Weight(row, rows - 1) * state[i] : 0;
            }
        }

        return new($"extrapolated-midpoint{2 * rows}", 2 * rows, a, b, c, [.. b.Zip(lower, (high, low) => high - low)], embeddedOrder: (2 * rows) - 2);
    }

    /// <summary>Π n²/(n² − m²) over the other rows: the weight of a row in the extrapolation.</summary>
    private static double Weight(int row, int rows) => Enumerable.Range(1, rows).Where(other => other != row).Aggregate(1.0, (product, other) => product * row * row / ((row * row) - (other * other)));
}
