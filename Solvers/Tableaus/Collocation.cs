namespace FlowOde.Solvers.Tableaus;

/// <summary>The polynomial through the derivatives at the nodes of a collocation method, which is its dense output.</summary>
/// <remarks>Hairer, Nørsett, Wanner, Solving ODEs I, II.7: of degree s, and order s within the step.</remarks>
internal static class Collocation
{
    /// <summary>The coefficients of θ, θ², … in b_i(θ) = ∫₀^θ ℓ_i, ℓ_i being the Lagrange polynomials of the nodes: a row a stage.</summary>
    public static double[][] DenseRows(double[] nodes) => [.. nodes.Select((node, i) =>
    {
        double[] polynomial = [1];
        foreach (double other in nodes.Where((_, j) => j != i))
        {
            double[] product = new double[polynomial.Length + 1];
            for (int k = 0; k < polynomial.Length; k++)
            {
                product[k] -= polynomial[k] * other / (node - other);
                product[k + 1] += polynomial[k] / (node - other);
            }

            polynomial = product;
        }

        return polynomial.Select((coefficient, power) => coefficient / (power + 1)).ToArray();
    })];
}
