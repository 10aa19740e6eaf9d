namespace FlowOde.Tests.Solvers.Integration;

/// <summary>A reference that shares no line with the library: Gragg's midpoint rule, extrapolated to order 12 on equal steps, in plain arrays.</summary>
/// <param name="End">The state at the end.</param>
/// <param name="Doubt">The largest distance of a component from the solution with half the steps.</param>
/// <param name="Amplification">What an error of 1, absolute and relative, that is made anywhere on the way can have become at the end.</param>
internal sealed record ExtrapolatedSolution(double[] End, double Doubt, double Amplification)
{
    private const int Columns = 6;
    private const int MostSteps = 512;
    private const double Push = 1e-7;

    /// <summary>Doubles the steps until two solutions agree to a distance; null where they do not, as the solution grows without bound.</summary>
    public static ExtrapolatedSolution? Find(Action<double, double[], double[]> field, double[] start, double from, double to, double distance)
    {
        var coarse = Path(field, start, from, to, 16);
        for (int steps = 32; steps <= MostSteps; steps *= 2)
        {
            var fine = Path(field, start, from, to, steps);
            double doubt = fine[^1].Zip(coarse[^1], (a, b) => Math.Abs(a - b)).Max();
            if (doubt <= distance && fine[^1].All(double.IsFinite) && coarse[^1].All(double.IsFinite)) // Max passes over NaN
            {
                return new(fine[^1], doubt, Amplify(field, fine, from, to));
            }

            coarse = fine;
        }

        return null;
    }

    private static double[][] Path(Action<double, double[], double[]> field, double[] start, double from, double to, int steps)
    {
        var path = new double[steps + 1][];
        path[0] = start;
        double h = (to - from) / steps;
        for (int i = 0; i < steps; i++)
        {
            path[i + 1] = Step(field, from + (i * h), h, path[i]);
        }

        return path;
    }

    private static double[] Step(Action<double, double[], double[]> field, double t, double h, double[] y)
    {
        int n = y.Length;
        double[] slope = new double[n], f = new double[n], a = new double[n], b = new double[n];
        var row = new double[Columns][];
        field(t, y, slope);
        for (int k = 1; k <= Columns; k++)
        {
            double s = h / (2 * k);
            for (int i = 0; i < n; i++)
            {
                (a[i], b[i]) = (y[i], y[i] + (s * slope[i]));
            }

            for (int m = 1; m < 2 * k; m++)
            {
                field(t + (m * s), b, f);
                for (int i = 0; i < n; i++)
                {
                    (a[i], b[i]) = (b[i], a[i] + (2 * s * f[i]));
                }
            }

            field(t + h, b, f);
            row[k - 1] = new double[n];
            for (int i = 0; i < n; i++)
            {
                double now = (a[i] + b[i] + (s * f[i])) / 2;
                for (int j = 0; j < k; j++) // row[j] becomes column j of this row; before, it is that of the row above
                {
                    double ratio = (double)k / (k - j - 1), before = row[j][i];
                    row[j][i] = now;
                    now = j == k - 1 ? now : now + ((now - before) / ((ratio * ratio) - 1));
                }
            }
        }

        return row[^1];
    }

    /// <summary>
    /// The largest over the path of ‖∂y(end)/∂y(t)‖·(1 + |y(t)|) in maximum norms, from the products of the derivatives of 16 pieces of the path, which
    /// are differences of steps.
    /// </summary>
    private static double Amplify(Action<double, double[], double[]> field, double[][] path, double from, double to)
    {
        int n = path[0].Length, pieces = 16, stride = (path.Length - 1) / pieces; // the path has a power of two of steps, 32 or more
        double[,] onward = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            onward[i, i] = 1;
        }

        double Size(double[] y) => (1 + y.Max(Math.Abs)) * Enumerable.Range(0, n).Max(i => Enumerable.Range(0, n).Sum(j => Math.Abs(onward[i, j])));
        double largest = Size(path[^1]), h = (to - from) / pieces;
        for (int piece = pieces - 1; piece >= 0; piece--)
        {
            double[] y = path[piece * stride], end = Step(field, from + (piece * h), h, y);
            var product = new double[n, n];
            for (int j = 0; j < n; j++)
            {
                double push = Push * (1 + Math.Abs(y[j]));
                double[] pushed = [.. y];
                pushed[j] += push;
                pushed = Step(field, from + (piece * h), h, pushed);
                for (int i = 0; i < n; i++)
                {
                    for (int k = 0; k < n; k++)
                    {
                        product[i, j] += onward[i, k] * (pushed[k] - end[k]) / push;
                    }
                }
            }

            onward = product;
            largest = Math.Max(largest, Size(y));
        }

        return largest;
    }
}
