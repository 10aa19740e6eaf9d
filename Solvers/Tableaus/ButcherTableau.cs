namespace FlowOde.Solvers.Tableaus;

/// <summary>
/// The coefficients of an explicit Runge–Kutta method. It checks itself when it is made: shapes, row sums c = A·1, error weights that
/// sum to zero, and every order condition of the solution, the embedded solution and the dense output.
/// </summary>
public sealed class ButcherTableau
{
    private const double Tolerance = 1e-12;

    /// <summary>Makes and checks a tableau.</summary>
    /// <param name="name">The method's name in the literature, lower case, as a user types it.</param>
    /// <param name="order">Order of the solution that is propagated.</param>
    /// <param name="a">Stage coefficients: row i has i entries.</param>
    /// <param name="b">Weights of the solution, one a stage.</param>
    /// <param name="c">Nodes, one a stage.</param>
    /// <param name="errorWeights">e = b − b̂, one a stage, or null where there is no embedded solution.</param>
    /// <param name="embeddedOrder">Order of the embedded solution b̂ = b − e; 0 where there is none.</param>
    /// <param name="denseOutput">Row i has the coefficients of θ, θ², … of b_i(θ); null for the cubic Hermite polynomial.</param>
    /// <param name="denseOrder">Order of the dense output within a step.</param>
    /// <exception cref="ArgumentException">A coefficient is wrong; the message says which check failed and by how much.</exception>
    public ButcherTableau(string name, int order, double[][] a, double[] b, double[] c, double[]? errorWeights = null, int embeddedOrder = 0, double[][]? denseOutput = null, int denseOrder = 3)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, Order, A, B, C) = (name, order, a, b, c);
        (ErrorWeights, EmbeddedOrder, DenseOutput, DenseOrder) = (errorWeights, embeddedOrder, denseOutput, Math.Min(denseOrder, order));
        Check();
    }

    /// <summary>The method's name.</summary>
    public string Name { get; }

    /// <summary>Order of the solution that is propagated.</summary>
    public int Order { get; }

    /// <summary>Stage coefficients, row i with i entries.</summary>
    public double[][] A { get; }

    /// <summary>Weights of the solution.</summary>
    public double[] B { get; }

    /// <summary>Nodes.</summary>
    public double[] C { get; }

    /// <summary>e = b − b̂: h Σ e_i k_i estimates the error of b̂. Null where there is no embedded solution.</summary>
    public double[]? ErrorWeights { get; }

    /// <summary>Order of the embedded solution; 0 where there is none.</summary>
    public int EmbeddedOrder { get; }

    /// <summary>Coefficients of θ, θ², … in b_i(θ), a row a stage; null where the cubic Hermite polynomial is used.</summary>
    public double[][]? DenseOutput { get; }

    /// <summary>Order of the dense output within a step.</summary>
    public int DenseOrder { get; }

    /// <summary>Number of stages.</summary>
    public int Stages => B.Length;

    /// <summary>Whether the last stage is the first of the next step, so that it costs nothing there.</summary>
    public bool IsFirstSameAsLast => Stages > 1 && C[^1] == 1 && B[^1] == 0 && A[^1].AsSpan().SequenceEqual(B.AsSpan(0, Stages - 1));

    /// <summary>b_i(θ) of the dense output, one a stage.</summary>
    /// <exception cref="InvalidOperationException">The method has no dense output of its own.</exception>
    public double[] DenseWeights(double theta)
    {
        var rows = DenseOutput ?? throw new InvalidOperationException($"'{Name}' has no dense output of its own.");
        return [.. rows.Select(row => row.Reverse().Aggregate(0.0, (sum, coefficient) => (sum + coefficient) * theta))];
    }

    private void Check()
    {
        int s = B.Length;
        Require(s > 0 && A.Length == s && C.Length == s && (ErrorWeights?.Length ?? s) == s && (DenseOutput?.Length ?? s) == s, $"has {s} weights, {A.Length} rows and {C.Length} nodes; all must be equal");
        for (int i = 0; i < s; i++)
        {
            Require(A[i].Length == i, $"row {i} has {A[i].Length} coefficients; an explicit method has {i}");
            Require(Math.Abs(A[i].Sum() - C[i]) < Tolerance, $"row {i} sums to {A[i].Sum():R}, its node is {C[i]:R}");
        }

        RequireOrder("solution", B, Order, 1);
        if (ErrorWeights is { } e)
        {
            Require(Math.Abs(e.Sum()) < Tolerance, $"error weights sum to {e.Sum():E2}, not 0");
            RequireOrder("embedded solution", [.. B.Zip(e, (x, y) => x - y)], EmbeddedOrder, 1);
        }

        if (DenseOutput is not null)
        {
            RequireOrder("dense output", DenseWeights(0.5), DenseOrder, 0.5);
            RequireOrder("dense output", DenseWeights(0.25), DenseOrder, 0.25);
            RequireOrder("dense output at the end", DenseWeights(1), Order, 1);
        }
    }

    private void RequireOrder(string what, double[] weights, int order, double theta)
    {
        double residual = OrderConditions.Residual(A, weights, order, theta);
        Require(residual < Tolerance, $"{what} misses a condition of order {order} by {residual:E2}");
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"Tableau '{Name}': {otherwise}.");
        }
    }
}
