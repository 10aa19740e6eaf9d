using System.Numerics;

namespace FlowOde.Cli.Explaining;

/// <summary>The update R(z) = Σ c_i zⁱ of a one-step scheme on ẋ = λx at z = hλ, and as a matrix R(hA).</summary>
/// <param name="Coefficients">c_i, lowest power first.</param>
internal sealed record UpdatePolynomial(double[] Coefficients)
{
    /// <summary>R(z).</summary>
    public Complex At(Complex z) => Coefficients.Reverse().Aggregate(Complex.Zero, (sum, c) => (sum * z) + c);

    /// <summary>R(hA).</summary>
    public PlaneMatrix At(PlaneMatrix hA) => Coefficients.Reverse().Aggregate(new PlaneMatrix(0, 0, 0, 0), (sum, c) => (sum * hA) + (c * PlaneMatrix.One));

    /// <summary>Σ zⁱ/i! up to a power.</summary>
    public static UpdatePolynomial Exponential(int power, params double[] more)
    {
        double factorial = 1;
        return new([1, .. Enumerable.Range(1, power).Select(i => 1 / (factorial *= i)), .. more]);
    }

    /// <summary>FractalNet: R_1 = 1 + z, R_c(z) = ½(R_{c−1}(z/2)² + 1 + z).</summary>
    public static UpdatePolynomial Fractal(int depth)
    {
        double[] r = [1, 1];
        for (int c = 2; c <= depth; c++)
        {
            double[] half = [.. r.Select((coefficient, i) => coefficient / Math.Pow(2, i))], square = new double[(2 * half.Length) - 1];
            for (int i = 0; i < half.Length; i++)
            {
                for (int j = 0; j < half.Length; j++)
                {
                    square[i + j] += half[i] * half[j];
                }
            }

            (square[0], square[1]) = (square[0] + 1, square[1] + 1);
            r = [.. square.Select(coefficient => coefficient / 2)];
        }

        return new(r);
    }

    /// <summary>A zero of R: a z at which a step forgets where it came from.</summary>
    public Complex Zero()
    {
        var slope = new UpdatePolynomial([.. Coefficients.Skip(1).Select((c, i) => (i + 1) * c)]);
        var z = new Complex(-0.6, 0.6);
        for (int i = 0; i < 200; i++)
        {
            z -= At(z) / slope.At(z);
        }

        return z;
    }
}
