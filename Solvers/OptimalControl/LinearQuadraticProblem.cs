using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>
/// The linear-quadratic problem: ẋ = Ax + Bu with the cost ½∫(xᵀQx + uᵀRu) dt + ½x(T)ᵀSx(T), one of the few whose solution is known (Riccati): here with layers of length h.
/// </summary>
/// <remarks>
/// With P_N = S and P_n = hQ + (I + hA)ᵀ W (I + hA), W = (I + hP_{n+1}BR⁻¹Bᵀ)⁻¹P_{n+1}, the least cost from x_0 is ½x_0ᵀP_0x_0 and the costate p_n = −P_n x_n;
/// as h → 0 this is −Ṗ = AᵀP + PA − PBR⁻¹BᵀP + Q.
/// </remarks>
public sealed class LinearQuadraticProblem : ITerminalCost, IHamiltonianMaximizer, IDisposable
{
    private readonly SmallMatrix _s;

    /// <summary>Takes the matrices.</summary>
    /// <param name="a">A, [n, n].</param>
    /// <param name="b">B, [n, m].</param>
    /// <param name="q">Q, [n, n], symmetric and not negative.</param>
    /// <param name="r">R, [m, m], symmetric and positive.</param>
    /// <param name="s">S, [n, n], symmetric and not negative.</param>
    /// <exception cref="ArgumentException">Their sizes do not fit together.</exception>
    public LinearQuadraticProblem(double[,] a, double[,] b, double[,] q, double[,] r, double[,] s)
    {
        (A, B, Q, R, _s) = (Checked(a), Checked(b), Checked(q), Checked(r), Checked(s));
        int n = A.Rows, m = B.Columns;
        foreach (var (name, matrix, rows, columns) in new[] { ("A", A, n, n), ("B", B, n, m), ("Q", Q, n, n), ("R", R, m, m), ("S", _s, n, n) })
        {
            if (matrix.Rows != rows || matrix.Columns != columns || rows == 0 || columns == 0)
            {
                throw new ArgumentException($"{name} is {matrix.Rows} × {matrix.Columns}; with A of {n} rows and B of {m} columns it is {rows} × {columns}.");
            }
        }

        Field = new LinearQuadraticField(this);
    }

    /// <summary>f with L, whose parameter is u, [m]; float64. Lives as long as this problem.</summary>
    public LinearQuadraticField Field { get; }

    internal SmallMatrix A { get; }

    internal SmallMatrix B { get; }

    internal SmallMatrix Q { get; }

    internal SmallMatrix R { get; }

    /// <summary>P_n of layers, N + 1 matrices [n, n], the first for the start.</summary>
    /// <param name="grid">The start of each layer, then the end of the last.</param>
    public IReadOnlyList<double[,]> Riccati(double[] grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        var one = SmallMatrix.One(A.Rows);
        var p = _s;
        List<SmallMatrix> all = [p];
        for (int n = grid.Length - 2; n >= 0; n--)
        {
            double h = grid[n + 1] - grid[n];
            var step = one + (h * A);
            var w = (one + (h * (p * B * R.Solve(B.Transposed)))).Solve(p);
            p = (h * Q) + (step.Transposed * w * step);
            all.Insert(0, p);
        }

        return [.. all.Select(matrix =>
        {
            var entries = new double[A.Rows, A.Rows];
            for (int i = 0; i < A.Rows; i++)
            {
                for (int j = 0; j < A.Rows; j++)
                {
                    entries[i, j] = matrix[i, j];
                }
            }

            return entries;
        })];
    }

    /// <inheritdoc/>
    public double Evaluate(FlatVector state, FlatVector intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        double cost = 0;
        for (int row = 0; row < state.Layout.Rows; row++)
        {
            var x = LinearQuadraticField.Row(state, row, A.Rows);
            var sx = _s * x;
            LinearQuadraticField.SetRow(sx, row, intoCotangent);
            cost += (x.Transposed * sx)[0, 0] / 2;
        }

        return cost;
    }

    /// <summary>(R + ρBᵀB)u = Bᵀp_{n+1} + ρBᵀBu_n, with the mean of p over the rows: ∇_xH does not depend on u, so that the second penalty has no part.</summary>
    /// <inheritdoc/>
    public int Maximize(HamiltonianPoint point, FlatVector intoControl)
    {
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(intoControl);
        int rows = (int)point.State.Layout.Rows;
        var p = (1.0 / rows) * Enumerable.Range(0, rows).Select(row => LinearQuadraticField.Row(point.NextCostate, row, A.Rows)).Aggregate((a, b) => a + b);
        var damping = point.Penalty * (B.Transposed * B);
        var u = (R + damping).Solve((B.Transposed * p) + (damping * SmallMatrix.Column(intoControl.AsSpan<double>(0))));
        for (int i = 0; i < u.Rows; i++)
        {
            intoControl.AsSpan<double>(0)[i] = u[i, 0];
        }

        return 0; // solved, not searched for
    }

    /// <summary>Frees the field's control.</summary>
    public void Dispose() => Field.Parameters.Dispose();

    private static SmallMatrix Checked(double[,] matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return new((double[,])matrix.Clone());
    }
}
