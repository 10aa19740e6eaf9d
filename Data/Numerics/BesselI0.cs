namespace FlowOde.Data.Numerics;

/// <summary>The modified Bessel function of order 0, scaled so that it neither overflows nor underflows.</summary>
internal static class BesselI0
{
    /// <summary>log(e^{−x} I₀(x)).</summary>
    /// <remarks>
    /// Below 25 the power series, whose terms are all positive (DLMF 10.25.2); above it the asymptotic series, whose smallest term is
    /// about e^{−2x} (DLMF 10.40.1). Either is good to a few units in the last place where it is used.
    /// </remarks>
    /// <param name="x">Argument, 0 or more.</param>
    internal static double LogScaled(double x)
    {
        if (x < 25)
        {
            var quarter = x * x / 4;
            double term = 1, sum = 1;
            for (var k = 1; k < 200 && term > sum * 1e-17; k++)
            {
                term *= quarter / ((double)k * k);
                sum += term;
            }

            return Math.Log(sum) - x;
        }

        double part = 1, total = 1;
        for (var k = 1; k < 40 && part > 1e-17; k++)
        {
            var odd = (2 * k) - 1;
            part *= (double)odd * odd / (8 * x * k);
            total += part;
        }

        return Math.Log(total) - (0.5 * Math.Log(2 * Math.PI * x));
    }
}
