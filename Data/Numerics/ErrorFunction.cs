namespace FlowOde.Data.Numerics;

/// <summary>The complementary error function, which .NET lacks, and the mass of a normal distribution in an interval.</summary>
internal static class ErrorFunction
{
    private static readonly double[] _smallTop = [1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3];
    private static readonly double[] _smallBottom = [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];
    private static readonly double[] _middleTop = [2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3];
    private static readonly double[] _middleBottom = [1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3];
    private static readonly double[] _largeTop = [1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4];
    private static readonly double[] _largeBottom = [1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    /// <summary>e^{x²} erfc(x) for x of 0 or more.</summary>
    /// <remarks>The three rational approximations of Cody 1969, "Rational Chebyshev approximations for the error function", Math. Comp. 23.</remarks>
    internal static double Scaled(double x)
    {
        if (x <= 0.46875)
        {
            var square = x * x;
            return Math.Exp(square) * (1 - (x * Ratio(_smallTop, _smallBottom, square)));
        }

        if (x <= 4)
        {
            return Ratio(_middleTop, _middleBottom, x);
        }

        var inverse = 1 / (x * x);
        return ((1 / Math.Sqrt(Math.PI)) - (inverse * Ratio(_largeTop, _largeBottom, inverse))) / x;
    }

    /// <summary>log(Φ(upper) − Φ(lower)), without cancellation in either tail.</summary>
    /// <param name="lower">Lower end, in standard deviations; less than <paramref name="upper"/>.</param>
    /// <param name="upper">Upper end, in standard deviations.</param>
    internal static double LogNormalMass(double lower, double upper)
    {
        const double HalfRoot = 0.70710678118654752440;
        if (upper <= 0)
        {
            (lower, upper) = (-upper, -lower);
        }

        if (lower >= 0)
        {
            var ratio = Math.Exp((lower - upper) * (lower + upper) / 2);
            return Math.Log(0.5 * (Scaled(lower * HalfRoot) - (ratio * Scaled(upper * HalfRoot)))) - (lower * lower / 2);
        }

        return Math.Log(1 - (0.5 * (Upper(upper * HalfRoot) + Upper(-lower * HalfRoot))));
    }

    private static double Upper(double x) => Math.Exp(-x * x) * Scaled(x);

    private static double Ratio(double[] top, double[] bottom, double x) => Polynomial(top, x) / Polynomial(bottom, x);

    private static double Polynomial(double[] coefficients, double x)
    {
        var sum = 0.0;
        foreach (var coefficient in coefficients)
        {
            sum = (sum * x) + coefficient;
        }

        return sum;
    }
}
