namespace FlowOde.Solvers.Tableaus;

/// <summary>
/// The coefficients of a Runge–Kutta method, explicit or implicit. It checks itself when it is made: shapes, row sums c = A·1, error weights
/// that sum to zero, every order condition of the solution, the embedded solution and the dense output, and how stable the method is.
/// </summary>
public sealed class ButcherTableau
{
    private const double Tolerance = 1e-12;

    /// <summary>Makes and checks a tableau.</summary>
    /// <param name="name">The method's name in the literature, lower case, as a user types it.</param>
    /// <param name="order">Order of the solution that is propagated.</param>
    /// <param name="a">Stage coefficients: row i has i entries where the stage is explicit, i + 1 where it is diagonally implicit, else one a stage.</param>
    /// <param name="b">Weights of the solution, one a stage.</param>
    /// <param name="c">Nodes, one a stage.</param>
    /// <param name="errorWeights">e = b − b̂, one a stage, or null where there is no embedded solution.</param>
    /// <param name="embeddedOrder">Order of the embedded solution b̂ = b − e; 0 where there is none.</param>
    /// <param name="denseOutput">Row i has the coefficients of θ, θ², … of b_i(θ); null for the cubic Hermite polynomial.</param>
    /// <param name="denseOrder">Order of the dense output within a step.</param>
    /// <param name="startErrorWeight">The weight in the error of f at the start of the step, which is no stage; 0 for most methods.</param>
    /// <param name="errorFilter">The γ of the matrix (I − hγJ)⁻¹ that the error is multiplied by; 0 where it is taken as it is.</param>
    /// <param name="stability">How stable the method is on stiff equations.</param>
    /// <exception cref="ArgumentException">A coefficient is wrong; the message says which check failed and by how much.</exception>
    public ButcherTableau(string name, int order, double[][] a, double[] b, double[] c, double[]? errorWeights = null, int embeddedOrder = 0, double[][]? denseOutput = null, int denseOrder = 3, double startErrorWeight = 0, double errorFilter = 0, Stability stability = Stability.Bounded)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, Order, A, B, C) = (name, order, a, b, c);
        (ErrorWeights, EmbeddedOrder, DenseOutput, DenseOrder) = (errorWeights, embeddedOrder, denseOutput, Math.Min(denseOrder, order));
        (StartErrorWeight, ErrorFilter, Stability) = (startErrorWeight, errorFilter, stability);
        Check();
    }

    /// <summary>The method's name.</summary>
    public string Name { get; }

    /// <summary>Order of the solution that is propagated.</summary>
    public int Order { get; }

    /// <summary>Stage coefficients; entries beyond the end of a row are 0.</summary>
    public double[][] A { get; }

    /// <summary>Weights of the solution.</summary>
    public double[] B { get; }

    /// <summary>Nodes.</summary>
    public double[] C { get; }

    /// <summary>e = b − b̂: h Σ e_i k_i estimates the error of b̂. Null where there is no embedded solution.</summary>
    public double[]? ErrorWeights { get; }

    /// <summary>Order of the embedded solution; 0 where there is none.</summary>
    public int EmbeddedOrder { get; }

    /// <summary>The weight in the error of f at the start of the step, where that is no stage.</summary>
    public double StartErrorWeight { get; }

    /// <summary>The γ of (I − hγJ)⁻¹, by which the error is multiplied so that it stays bounded on stiff equations; 0 where it is taken as it is.</summary>
    public double ErrorFilter { get; }

    /// <summary>How stable the method is on stiff equations.</summary>
    public Stability Stability { get; }

    /// <summary>Coefficients of θ, θ², … in b_i(θ), a row a stage; null where the cubic Hermite polynomial is used.</summary>
    public double[][]? DenseOutput { get; }

    /// <summary>Order of the dense output within a step.</summary>
    public int DenseOrder { get; }

    /// <summary>Number of stages.</summary>
    public int Stages => B.Length;

    /// <summary>Whether every stage needs earlier ones only.</summary>
    public bool IsExplicit => !A.Where((row, i) => row.Length > i).Any();

    /// <summary>Whether every stage needs itself and earlier ones only.</summary>
    public bool IsDiagonallyImplicit => !A.Where((row, i) => row.Length > i + 1).Any();

    /// <summary>Whether the last stage is the solution, f there being the derivative at the end of the step.</summary>
    public bool IsStifflyAccurate => C[^1] == 1 && A[^1].AsSpan().SequenceEqual(B);

    /// <summary>Whether the last stage is the first of the next step, so that it costs nothing there.</summary>
    public bool IsFirstSameAsLast => Stages > 1 && C[^1] == 1 && B[^1] == 0 && A[^1].AsSpan().SequenceEqual(B.AsSpan(0, Stages - 1));

    /// <summary>b_i(θ) of the dense output, one a stage.</summary>
    /// <exception cref="InvalidOperationException">The method has no dense output of its own.</exception>
    public double[] DenseWeights(double theta)
    {
        var rows = DenseOutput ?? throw new InvalidOperationException($"'{Name}' has no dense output of its own.");
        return [.. rows.Select(row => row.Reverse().Aggregate(0.0, (sum, coefficient) => (sum + coefficient) * theta))];
    }

    /// <summary>A stage coefficient a_ij.</summary>
    internal double Entry(int row, int column) => column < A[row].Length ? A[row][column] : 0;

    /// <summary>The time of a stage; the last node is the step's end exactly, so that a replayed stage sees the same time.</summary>
    internal double StageTime(int stage, double time, double nextTime) => C[stage] == 1 ? nextTime : time + (C[stage] * (nextTime - time));

    private void Check()
    {
        int s = B.Length;
        Require(s > 0 && A.Length == s && C.Length == s && (ErrorWeights?.Length ?? s) == s && (DenseOutput?.Length ?? s) == s, $"has {s} weights, {A.Length} rows and {C.Length} nodes; all must be equal");
        for (int i = 0; i < s; i++)
        {
            Require(A[i].Length <= s, $"row {i} has {A[i].Length} coefficients for {s} stages");
            Require(Math.Abs(A[i].Sum() - C[i]) < Tolerance, $"row {i} sums to {A[i].Sum():R}, its node is {C[i]:R}");
        }

        RequireOrder("solution", B, Order, 1);
        if (ErrorWeights is { } e)
        {
            double sum = e.Sum() + StartErrorWeight;
            Require(Math.Abs(sum) < Tolerance, $"error weights sum to {sum:E2}, not 0");

            // f at the start of the step is a stage of its own before the others.
            RequireOrder("embedded solution", [[], .. A.Select(row => (double[])[0, .. row])], [-StartErrorWeight, .. B.Zip(e, (x, y) => x - y)], EmbeddedOrder, 1);
        }

        if (DenseOutput is not null)
        {
            RequireOrder("dense output", DenseWeights(0.5), DenseOrder, 0.5);
            RequireOrder("dense output", DenseWeights(0.25), DenseOrder, 0.25);
            RequireOrder("dense output at the end", DenseWeights(1), Order, 1);
        }

        var found = IsExplicit ? Stability.Bounded : new StabilityFunction(A, B).Classify();
        Require(found == Stability, $"is stated as {Stability}, but is {found}");
    }

    private void RequireOrder(string what, double[] weights, int order, double theta) => RequireOrder(what, A, weights, order, theta);

    private void RequireOrder(string what, double[][] a, double[] weights, int order, double theta)
    {
        double residual = OrderConditions.Residual(a, weights, order, theta);
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
