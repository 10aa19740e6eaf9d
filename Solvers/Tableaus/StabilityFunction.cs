using System.Numerics;

namespace FlowOde.Solvers.Tableaus;

/// <summary>R(z) = 1 + z bᵀ(I − zA)⁻¹1: the factor by which a step of a Runge–Kutta method multiplies y where ẏ = λy and z = hλ.</summary>
/// <remarks>Hairer, Wanner, Solving ODEs II, IV.3.</remarks>
/// <param name="a">The stage coefficients; entries beyond the end of a row are 0.</param>
/// <param name="b">The weights.</param>
public sealed class StabilityFunction(double[][] a, double[] b)
{
    // 1/z is far below the least eigenvalue of any A here, and far above round-off.
    private const double Far = 1e8;

    /// <summary>R at a point of the complex plane.</summary>
    public Complex At(Complex z)
    {
        var (derivatives, _) = Solve(z);
        return 1 + (z * derivatives.Select((k, i) => b[i] * k).Aggregate(Complex.Zero, (sum, term) => sum + term));
    }

    /// <summary>Whether the method is A-stable, and L-stable: |R| ≤ 1 on the imaginary axis, no poles to its left, and R's limit.</summary>
    public Stability Classify()
    {
        var axis = Enumerable.Range(-60, 121).Select(i => Math.Pow(10, i / 15.0)).ToArray();
        bool isAStable = axis.All(y => At(new(0, y)).Magnitude <= 1 + 1e-10) && !HasPoleOnTheLeft(axis);
        return !isAStable ? Stability.Bounded : At(-Far).Magnitude < 1e-6 ? Stability.LStable : Stability.AStable;
    }

    /// <summary>
    /// By the argument of det(I − iyA): a root of the polynomial on the right turns it by −π as y runs over all numbers, one on the left by +π. Poles
    /// of diagonally implicit methods are the reciprocals of the diagonal.
    /// </summary>
    private bool HasPoleOnTheLeft(double[] axis)
    {
        if (!a.Where((row, i) => row.Length > i + 1).Any())
        {
            return a.Where((row, i) => row.Length == i + 1 && row[i] < 0).Any();
        }

        double turned = 0;
        var before = Complex.One;
        foreach (double y in axis)
        {
            var here = Solve(new(0, y)).Determinant;
            turned += (here / before).Phase;
            before = here;
        }

        return Math.Abs((2 * turned / Math.PI) + b.Length) > 0.5;
    }

    /// <summary>(I − zA)⁻¹1 by elimination with pivots, and the determinant.</summary>
    private (Complex[] Solution, Complex Determinant) Solve(Complex z)
    {
        int n = b.Length;
        var rows = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n + 1).Select(j =>
            j == n ? Complex.One : (i == j ? 1 : 0) - (j < a[i].Length ? z * a[i][j] : 0)).ToArray()).ToArray();
        var determinant = Complex.One;
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => rows[i][k].Magnitude);
            determinant *= pivot == k ? rows[pivot][k] : -rows[pivot][k];
            (rows[k], rows[pivot]) = (rows[pivot], rows[k]);
            for (int i = 0; i < n; i++)
            {
                var factor = i == k ? Complex.Zero : rows[i][k] / rows[k][k];
                for (int j = k; j <= n && factor != Complex.Zero; j++)
                {
                    rows[i][j] -= factor * rows[k][j];
                }
            }
        }

        return ([.. rows.Select((row, i) => row[n] / row[i])], determinant);
    }
}
