using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Newton;

/// <summary>
/// Solves linear equations of which only products with the matrix are known, for unknowns that are the evolving entries of several flat
/// vectors: the least residual in the Krylov space, restarted from the residual itself. Not thread-safe.
/// </summary>
/// <remarks>Saad, Schultz 1986, SIAM J. Sci. Stat. Comput. 7:856. Products with vectors are summed in double.</remarks>
internal sealed class Gmres : IDisposable
{
    /// <summary>The most vectors of a Krylov space; smaller problems end earlier, with the exact solution.</summary>
    private const int LargestSpace = 60;

    private readonly VectorLayout _layout;
    private readonly ScalarType _dtype;
    private readonly Device _device;
    private readonly VectorRange[] _ranges;
    private readonly List<FlatVector[]> _basis = [];
    private readonly FlatVector[] _correction;
    private readonly double _roundOff;
    private readonly int _blocks;
    private readonly int _space;

    /// <param name="layout">The layout of each vector.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    /// <param name="blocks">Number of vectors that the unknowns fill.</param>
    public Gmres(VectorLayout layout, ScalarType dtype, Device device, int blocks)
    {
        (_layout, _dtype, _device, _ranges, _blocks) = (layout, dtype, device, layout.EvolvingRanges, blocks);
        (_correction, _roundOff) = (Vectors(), dtype == ScalarType.Float32 ? 1e-7 : 1e-16);
        _space = (int)Math.Min(LargestSpace, blocks * layout.Segments.Where(segment => segment.Role == SegmentRole.Evolving).Sum(segment => segment.Length));
    }

    /// <summary>Writes a matrix times vectors into others.</summary>
    public delegate void Product(FlatVector[] vectors, FlatVector[] into);

    /// <summary>Solves.</summary>
    /// <param name="product">Multiplies by the matrix.</param>
    /// <param name="right">The right-hand side; its content is lost.</param>
    /// <param name="into">Receives the solution in the evolving entries.</param>
    /// <param name="tolerance">The residual to reach, as a part of the right-hand side.</param>
    /// <param name="cycles">The most Krylov spaces. With one, the residual is that of the recursion; else it is computed after each.</param>
    /// <returns>The residual reached, as a part of the right-hand side; infinite where the matrix is singular, NaN where something is not finite.</returns>
    public double Solve(Product product, FlatVector[] right, FlatVector[] into, double tolerance, int cycles)
    {
        foreach (var vector in into)
        {
            LinearCombination.Write(null, [], [], _ranges, vector);
        }

        double size = Norm(right), residual = 1;
        if (size == 0 || !double.IsFinite(size))
        {
            return size == 0 ? 0 : double.NaN;
        }

        for (int cycle = 0; cycle < cycles && residual > tolerance; cycle++)
        {
            double reached = Cycle(product, right, Norm(right), into, tolerance * size) / size;
            if (!double.IsFinite(reached) || cycles == 1)
            {
                return reached;
            }

            product(_correction, Basis(0));
            Write(right, [-1], [Basis(0)], right);
            double next = Norm(right) / size;
            bool isStuck = next > residual / 2;
            residual = next;
            if (isStuck)
            {
                break;
            }
        }

        return residual;
    }

    public void Dispose()
    {
        foreach (var vector in _basis.SelectMany(vectors => vectors).Concat(_correction))
        {
            vector.Dispose();
        }
    }

    /// <summary>One Krylov space: adds the best correction to the solution.</summary>
    private double Cycle(Product product, FlatVector[] right, double size, FlatVector[] into, double wanted)
    {
        var (rows, cosines, sines, projected) = (new double[_space][], new double[_space], new double[_space], new double[_space + 1]);
        projected[0] = size;
        Write(null, [1 / size], [right], Basis(0));
        double largest = 0;
        int count = 0;
        while (count < _space && Math.Abs(projected[count]) > wanted)
        {
            var next = Basis(count + 1);
            product(_basis[count], next);
            double before = Norm(next);
            double[] column = rows[count] = new double[count + 2];
            for (int i = 0; i <= count; i++)
            {
                column[i] = Dot(_basis[i], next);
                Write(next, [-column[i]], [_basis[i]], next);
            }

            double rest = Norm(next);
            largest = Math.Max(largest, before);
            if (!double.IsFinite(rest + before))
            {
                return double.NaN;
            }

            bool isExhausted = rest <= _roundOff * before;
            column[count + 1] = isExhausted ? 0 : rest;
            Rotate(column, cosines, sines, projected, count++);
            if (isExhausted)
            {
                break;
            }

            Write(null, [1 / rest], [next], next);
        }

        if (Enumerable.Range(0, count).Any(i => !(Math.Abs(rows[i][i]) > 4 * _roundOff * largest)))
        {
            return double.PositiveInfinity; // the matrix maps the space into a smaller one
        }

        double[] weights = projected[..count];
        for (int i = count - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < count; j++)
            {
                weights[i] -= rows[j][i] * weights[j];
            }

            weights[i] /= rows[i][i];
        }

        Write(null, weights, [.. _basis.Take(count)], _correction);
        Write(into, [1], [_correction], into);
        return Math.Abs(projected[count]);
    }

    private static void Rotate(double[] column, double[] cosines, double[] sines, double[] projected, int at)
    {
        for (int i = 0; i < at; i++)
        {
            (column[i], column[i + 1]) = ((cosines[i] * column[i]) + (sines[i] * column[i + 1]), (cosines[i] * column[i + 1]) - (sines[i] * column[i]));
        }

        double length = Math.Sqrt((column[at] * column[at]) + (column[at + 1] * column[at + 1]));
        (cosines[at], sines[at]) = length == 0 ? (1, 0) : (column[at] / length, column[at + 1] / length);
        column[at] = length;
        (projected[at], projected[at + 1]) = (cosines[at] * projected[at], -sines[at] * projected[at]);
    }

    private FlatVector[] Basis(int index)
    {
        while (_basis.Count <= index)
        {
            _basis.Add(Vectors());
        }

        return _basis[index];
    }

    private FlatVector[] Vectors() => [.. Enumerable.Range(0, _blocks).Select(_ => new FlatVector(_layout, _dtype, _device))];

    private double Norm(FlatVector[] vectors) => Math.Sqrt(Dot(vectors, vectors));

    private double Dot(FlatVector[] a, FlatVector[] b)
    {
        double sum = 0;
        for (int i = 0; i < _blocks; i++)
        {
            sum += LinearCombination.Dot(a[i], b[i], _ranges);
        }

        return sum;
    }

    private void Write(FlatVector[]? origin, ReadOnlySpan<double> coefficients, FlatVector[][] terms, FlatVector[] into)
    {
        for (int i = 0; i < _blocks; i++)
        {
            LinearCombination.Write(origin?[i], coefficients, [.. terms.Select(term => term[i])], _ranges, into[i]);
        }
    }
}
