namespace FlowOde.Data.Numerics;

/// <summary>Deterministic integrals for entropies.</summary>
/// <remarks>All are trapezoid sums of smooth functions that vanish at the border, which converge faster than any power of the step.</remarks>
internal static class Cubature
{
    /// <summary>−∫ p log p over a rectangle, nats.</summary>
    /// <param name="logDensity">log p(x, y).</param>
    /// <param name="halfWidth">The square reaches from −halfWidth to halfWidth; p is negligible outside.</param>
    /// <param name="step">Distance between grid points: a third of a standard deviation of the noise gives nine digits, a quarter ten.</param>
    internal static double Entropy(Func<double, double, double> logDensity, double halfWidth, double step)
    {
        var count = (int)Math.Ceiling(halfWidth / step);
        var sum = 0.0;
        for (var i = -count; i <= count; i++)
        {
            sum += Column(logDensity, i * step, count, step);
        }

        return sum * step * step;
    }

    /// <summary>The same for a density with p(−x, −y) = p(x, y), of which half is enough.</summary>
    internal static double SymmetricEntropy(Func<double, double, double> logDensity, double halfWidth, double step)
    {
        var count = (int)Math.Ceiling(halfWidth / step);
        var sum = Column(logDensity, 0, count, step);
        for (var i = 1; i <= count; i++)
        {
            sum += 2 * Column(logDensity, i * step, count, step);
        }

        return sum * step * step;
    }

    /// <summary>E[f(a, b)] for independent standard normal a and b.</summary>
    internal static double NormalMean(Func<double, double, double> function)
    {
        const double Step = 0.125;
        const int Count = 68;
        double sum = 0, mass = 0;
        for (var i = -Count; i <= Count; i++)
        {
            for (var j = -Count; j <= Count; j++)
            {
                var weight = Math.Exp(-0.5 * Step * Step * ((i * i) + (j * j)));
                mass += weight;
                sum += weight > 1e-18 ? weight * function(i * Step, j * Step) : 0;
            }
        }

        return sum / mass;
    }

    /// <summary>−∫ 2πr p(r) log p(r) dr from 0 to <paramref name="radius"/>, by composite Gauss–Legendre, nats.</summary>
    internal static double RadialEntropy(Func<double, double> logDensity, double radius, int panels)
    {
        var (nodes, weights) = GaussLegendre.Rule(16);
        var half = radius / (2 * panels);
        var sum = 0.0;
        for (var panel = 0; panel < panels; panel++)
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                var r = half * ((2 * panel) + 1 + nodes[i]);
                var log = logDensity(r);
                sum -= log > -700 ? weights[i] * half * 2 * Math.PI * r * Math.Exp(log) * log : 0;
            }
        }

        return sum;
    }

    private static double Column(Func<double, double, double> logDensity, double x, int count, double step)
    {
        var sum = 0.0;
        for (var j = -count; j <= count; j++)
        {
            var log = logDensity(x, j * step);
            sum -= log > -700 ? Math.Exp(log) * log : 0;
        }

        return sum;
    }
}
