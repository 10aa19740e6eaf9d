namespace FlowOde.Solvers.Tableaus;

/// <summary>The order conditions of Runge–Kutta weights: Σ b_i Φ_i(τ) = θ^|τ| / γ(τ) for every rooted tree up to an order.</summary>
/// <remarks>Hairer, Nørsett, Wanner, Solving ODEs I, Theorem II.2.13; II.6 for dense output (θ &lt; 1).</remarks>
public static class OrderConditions
{
    /// <summary>The largest violation of a condition up to <paramref name="order"/>.</summary>
    /// <param name="a">The stage coefficients, [stages][earlier stages].</param>
    /// <param name="weights">The weights to test: of the solution, of the embedded solution, or of a dense output at θ.</param>
    /// <param name="order">The order to test, at least 1.</param>
    /// <param name="theta">The fraction of the step that the weights reach.</param>
    /// <returns>max |Σ b_i Φ_i − θ^|τ|/γ|; 0 up to round-off where the weights have the order.</returns>
    public static double Residual(double[][] a, double[] weights, int order, double theta = 1)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(weights);
        return RootedTree.UpTo(order).Max(tree =>
        {
            double[] phi = tree.ElementaryWeights(a);
            return Math.Abs(weights.Zip(phi, (b, f) => b * f).Sum() - (Math.Pow(theta, tree.Order) / tree.Density));
        });
    }

    /// <summary>A_{p+1} = √Σ((Σ b_i Φ_i − 1/γ)/σ)² over the trees of order p + 1, σ being a tree's symmetry: the size of a method's leading error.</summary>
    /// <param name="a">The stage coefficients.</param>
    /// <param name="weights">The weights of the solution.</param>
    /// <param name="order">Their order p.</param>
    public static double PrincipalError(double[][] a, double[] weights, int order)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(weights);
        return Math.Sqrt(RootedTree.UpTo(order + 1).Where(tree => tree.Order == order + 1).Sum(tree =>
        {
            double error = (weights.Zip(tree.ElementaryWeights(a), (b, f) => b * f).Sum() - (1 / tree.Density)) / tree.Symmetry;
            return error * error;
        }));
    }

    /// <summary>How many conditions there are up to an order: 1, 2, 4, 8, 17, 37, 85, 200.</summary>
    public static int Count(int order) => RootedTree.UpTo(order).Count;
}
