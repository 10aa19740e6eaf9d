namespace FlowOde.Solvers.Steppers;

/// <summary>The polynomials by which Adams methods interpolate.</summary>
internal static class AdamsPolynomials
{
    /// <summary>∫_0^θ Π_{i&lt;j} (t − t_{N−i})/(t_N − t_{N−1−i}) dθ for j = 0, 1 …, as coefficients of 1, θ, θ² … with t = start + θ·step.</summary>
    /// <param name="start">The time at θ = 0.</param>
    /// <param name="step">The length of the step.</param>
    /// <param name="times">t_N, t_{N−1} …, one for each polynomial.</param>
    public static List<double[]> Integrals(double start, double step, ReadOnlySpan<double> times)
    {
        var integrals = new List<double[]>();
        double[] product = [1];
        for (int j = 0; j < times.Length; j++)
        {
            integrals.Add([0, .. product.Select((coefficient, power) => coefficient / (power + 1))]);
            if (j + 1 < times.Length)
            {
                double width = times[0] - times[j + 1], shift = (start - times[j]) / width, slope = step / width;
                double[] next = new double[product.Length + 1];
                for (int power = 0; power < product.Length; power++)
                {
                    next[power] += shift * product[power];
                    next[power + 1] += slope * product[power];
                }

                product = next;
            }
        }

        return integrals;
    }
}
