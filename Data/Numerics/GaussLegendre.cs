namespace FlowOde.Data.Numerics;

/// <summary>Nodes and weights of Gauss–Legendre quadrature on [−1, 1].</summary>
internal static class GaussLegendre
{
    /// <summary>The rule with <paramref name="count"/> nodes, exact for polynomials of degree 2·count − 1.</summary>
    /// <remarks>Newton's method on the Legendre polynomial from the usual cosine guess; it converges to the last place in a few steps.</remarks>
    internal static (double[] Nodes, double[] Weights) Rule(int count)
    {
        var nodes = new double[count];
        var weights = new double[count];
        for (var i = 0; i < count; i++)
        {
            var x = -Math.Cos(Math.PI * (i + 0.75) / (count + 0.5));
            var slope = 1.0;
            for (var step = 0; step < 10; step++)
            {
                (var value, slope) = Legendre(count, x);
                x -= value / slope;
            }

            nodes[i] = x;
            weights[i] = 2 / ((1 - (x * x)) * slope * slope);
        }

        return (nodes, weights);
    }

    private static (double Value, double Slope) Legendre(int degree, double x)
    {
        double previous = 1, current = x;
        for (var k = 2; k <= degree; k++)
        {
            (previous, current) = (current, ((((2 * k) - 1) * x * current) - ((k - 1) * previous)) / k);
        }

        return (current, degree * ((x * current) - previous) / ((x * x) - 1));
    }
}
