namespace FlowOde.Solvers.Tableaus;

/// <summary>
/// Two half steps of a method against one whole step from the same start, which estimates the error of any method: (y₂ − w)/(2^p − 1). The estimate is added
/// to the two half steps, whose order it raises by one.
/// </summary>
/// <remarks>
/// Richardson 1910, 1927; Hairer, Nørsett, Wanner, Solving ODEs I, II.4. Of a Runge–Kutta method with s stages this is one with 3s − 1 where both start from the
/// same derivative, else, as of most implicit methods, with 3s. So the pair is a tableau like others: its order conditions are checked, and everything that works with Runge–Kutta methods works with it.
/// </remarks>
public static class StepDoubling
{
    /// <summary>What the names of these methods begin with; the method's name follows.</summary>
    public const string Prefix = "doubled-";

    private const int HighestOrder = 7; // beyond it there are more order conditions than are worth checking

    /// <summary>The doubled method.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The method's order is above 7.</exception>
    public static ButcherTableau Of(ButcherTableau method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (!Supports(method, out string reason))
        {
            throw new ArgumentOutOfRangeException(nameof(method), method.Order, reason);
        }

        // A last stage that only serves the next step is left out; a first one that is the derivative at the start is that of both.
        int s = method.IsFirstSameAsLast ? method.Stages - 1 : method.Stages, shared = method.A[0].All(value => value == 0) ? 1 : 0;
        double[] b = method.B[..s];
        double[] Whole(double[] row) => [.. row[..shared], .. new double[(2 * s) - shared], .. row[shared..]];
        double[][] first = [.. Enumerable.Range(0, s).Select(i => Halved(method.A[i]))];
        double[][] second = [.. Enumerable.Range(0, s).Select(i => (double[])[.. Halved(b), .. Halved(method.A[i])])];
        double[][] a = [.. first, .. second, .. Enumerable.Range(shared, s - shared).Select(i => Whole(method.A[i]))];
        double[] halves = [.. Halved(b), .. Halved(b), .. new double[s - shared]], once = Whole(b);
        double[] error = [.. halves.Zip(once, (half, one) => (half - one) / (Math.Pow(2, method.Order) - 1))];
        double[] weights = [.. halves.Zip(error, (weight, e) => weight + e)];
        return new(
            Prefix + method.Name,
            method.Order + 1,
            a,
            weights,
            [.. method.C[..s].Select(c => c / 2), .. method.C[..s].Select(c => (1 + c) / 2), .. method.C[shared..s]],
            error,
            embeddedOrder: method.Order,
            stability: method.IsExplicit ? Stability.Bounded : new StabilityFunction(a, weights).Classify());
    }

    /// <summary>Whether a method's steps are doubled.</summary>
    /// <param name="method">The method.</param>
    /// <param name="reason">Why not; empty where they are.</param>
    internal static bool Supports(ButcherTableau method, out string reason)
    {
        bool supported = method.Order <= HighestOrder;
        reason = supported ? string.Empty : $"Steps of methods up to order {HighestOrder} are doubled, and '{method.Name}' has order {method.Order}. It may estimate its error by itself; use it as it is.";
        return supported;
    }

    private static double[] Halved(double[] row) => [.. row.Select(value => value / 2)];
}
