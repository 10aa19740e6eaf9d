namespace FlowOde.Solvers.OptimalControl;

/// <summary>A small dense matrix on the heap, for problems that have closed forms.</summary>
internal sealed class SmallMatrix(double[,] entries)
{
    public int Rows => entries.GetLength(0);

    public int Columns => entries.GetLength(1);

    public SmallMatrix Transposed => Make(Columns, Rows, (i, j) => this[j, i]);

    public double this[int row, int column] => entries[row, column];

    public static SmallMatrix Make(int rows, int columns, Func<int, int, double> entry)
    {
        var made = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                made[i, j] = entry(i, j);
            }
        }

        return new(made);
    }

    public static SmallMatrix One(int size) => Make(size, size, (i, j) => i == j ? 1 : 0);

    public static SmallMatrix Column(ReadOnlySpan<double> values)
    {
        double[] copy = values.ToArray();
        return Make(copy.Length, 1, (i, _) => copy[i]);
    }

    public static SmallMatrix operator +(SmallMatrix a, SmallMatrix b) => Make(a.Rows, a.Columns, (i, j) => a[i, j] + b[i, j]);

    public static SmallMatrix operator *(double factor, SmallMatrix a) => Make(a.Rows, a.Columns, (i, j) => factor * a[i, j]);

    public static SmallMatrix operator *(SmallMatrix a, SmallMatrix b) =>
        Make(a.Rows, b.Columns, (i, j) => Enumerable.Range(0, a.Columns).Sum(k => a[i, k] * b[k, j]));

    /// <summary>this⁻¹ b, by elimination with pivots.</summary>
    /// <exception cref="InvalidOperationException">This matrix is singular.</exception>
    public SmallMatrix Solve(SmallMatrix b)
    {
        int n = Rows;
        double[][] rows = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => this[i, j]).Concat(Enumerable.Range(0, b.Columns).Select(j => b[i, j])).ToArray())];
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(rows[i][k]));
            (rows[k], rows[pivot]) = (rows[pivot], rows[k]);
            if (rows[k][k] == 0)
            {
                throw new InvalidOperationException($"A matrix of {n} rows has the rank {k} at most; its equations have no one solution.");
            }

            rows[k] = [.. rows[k].Select(entry => entry / rows[k][k])];
            for (int i = 0; i < n; i++)
            {
                double factor = i == k ? 0 : rows[i][k];
                rows[i] = [.. rows[i].Zip(rows[k], (entry, with) => entry - (factor * with))];
            }
        }

        return Make(n, b.Columns, (i, j) => rows[i][n + j]);
    }
}
