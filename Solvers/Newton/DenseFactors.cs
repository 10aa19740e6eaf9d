namespace FlowOde.Solvers.Newton;

/// <summary>The factors of a small square matrix, PA = LU with partial pivots. Not thread-safe.</summary>
/// <param name="size">The number of rows.</param>
internal sealed class DenseFactors(int size)
{
    private readonly double[] _factors = new double[size * size];
    private readonly int[] _pivots = new int[size];

    /// <summary>Where the matrix is written, row by row, before <see cref="Factor"/>.</summary>
    public Span<double> Matrix => _factors;

    /// <summary>Replaces the matrix by its factors.</summary>
    /// <returns>False where the matrix is singular to round-off of its columns, or not finite.</returns>
    public bool Factor()
    {
        Span<double> largest = new double[size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                largest[j] = Math.Max(largest[j], Math.Abs(_factors[(i * size) + j]));
            }
        }

        for (int k = 0; k < size; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < size; i++)
            {
                pivot = Math.Abs(_factors[(i * size) + k]) > Math.Abs(_factors[(pivot * size) + k]) ? i : pivot;
            }

            _pivots[k] = pivot;
            double value = _factors[(pivot * size) + k];
            if (!double.IsFinite(value) || Math.Abs(value) <= 1e-16 * largest[k])
            {
                return false;
            }

            var row = _factors.AsSpan(k * size, size);
            if (pivot != k)
            {
                var other = _factors.AsSpan(pivot * size, size);
                for (int j = 0; j < size; j++)
                {
                    (row[j], other[j]) = (other[j], row[j]);
                }
            }

            for (int i = k + 1; i < size; i++)
            {
                var below = _factors.AsSpan(i * size, size);
                double factor = below[k] /= value;
                for (int j = k + 1; factor != 0 && j < size; j++)
                {
                    below[j] -= factor * row[j];
                }
            }
        }

        return true;
    }

    /// <summary>Replaces a right-hand side by the solution.</summary>
    public void Solve(Span<double> values)
    {
        for (int k = 0; k < size; k++)
        {
            (values[k], values[_pivots[k]]) = (values[_pivots[k]], values[k]);
        }

        for (int i = 1; i < size; i++)
        {
            double sum = values[i];
            for (int j = 0; j < i; j++)
            {
                sum -= _factors[(i * size) + j] * values[j];
            }

            values[i] = sum;
        }

        for (int i = size - 1; i >= 0; i--)
        {
            double sum = values[i];
            for (int j = i + 1; j < size; j++)
            {
                sum -= _factors[(i * size) + j] * values[j];
            }

            values[i] = sum / _factors[(i * size) + i];
        }
    }
}
