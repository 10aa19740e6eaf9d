using FlowOde.Solvers.Newton;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Newton;

/// <summary>GMRES and elimination are two ways to the same solution.</summary>
public class GmresTests
{
    private const int Size = 7;
    private const int Blocks = 2;
    private static readonly VectorLayout _layout = new(
        new Segment("z", Size - 2), new Segment("c", 3) { Role = SegmentRole.Constant }, new Segment("x", 2), new Segment("q", 4) { Role = SegmentRole.Quadrature });

    [Theory]
    [InlineData(0.3, 1)]
    [InlineData(300.0, 1)]
    [InlineData(0.3, 20)]
    public void Solve_OfARandomMatrix_EqualsElimination(double scale, int cycles)
    {
        var random = new Random(11);
        int n = Size * Blocks;
        double[] matrix = [.. Enumerable.Range(0, n * n).Select(k => (k % (n + 1) == 0 ? 1 : 0) + (scale * (random.NextDouble() - 0.5)))];
        double[] right = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5)];
        var factors = new DenseFactors(n);
        matrix.CopyTo(factors.Matrix);
        Assert.True(factors.Factor());
        double[] expected = [.. right];
        factors.Solve(expected);
        var (found, residual) = Solve(matrix, right, cycles);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-11));
        Assert.InRange(residual, 0, 1e-12);
    }

    [Fact]
    public void Solve_OfASingularMatrix_IsInfinite()
    {
        int n = Size * Blocks;
        var matrix = new double[n * n];
        for (int i = 1; i < n; i++)
        {
            matrix[(i * n) + i] = 1; // the first row and column are zero
        }

        Assert.Equal(double.PositiveInfinity, Solve(matrix, [1, .. new double[n - 1]], 20).Residual);
    }

    [Fact]
    public void Solve_IntoNaN_IsNaN() => Assert.Equal(double.NaN, Solve([.. Enumerable.Repeat(double.NaN, Size * Blocks * Size * Blocks)], [.. Enumerable.Repeat(1.0, Size * Blocks)], 20).Residual);

    [Fact]
    public void Factor_OfASingularMatrix_IsRefused()
    {
        var factors = new DenseFactors(3);
        new double[] { 1, 2, 3, 2, 4, 6, 1, 0, 1 }.CopyTo(factors.Matrix);
        Assert.False(factors.Factor());
        factors.Matrix.Fill(double.NaN);
        Assert.False(factors.Factor());
    }

    private static (double[] Solution, double Residual) Solve(double[] matrix, double[] right, int cycles)
    {
        var entries = new EvolvingEntries(_layout);
        FlatVector[] Make() => [.. Enumerable.Range(0, Blocks).Select(_ => new FlatVector(_layout, ScalarType.Float64))];
        FlatVector[] vectors = Make(), into = Make();
        int n = Size * Blocks;
        void Write(double[] values, FlatVector[] target)
        {
            for (int i = 0; i < Blocks; i++)
            {
                entries.Write(values.AsSpan(i * Size, Size), target[i]);
            }
        }

        double[] Read(FlatVector[] source)
        {
            var values = new double[n];
            for (int i = 0; i < Blocks; i++)
            {
                entries.Read(source[i], values.AsSpan(i * Size));
            }

            return values;
        }

        Write(right, vectors);
        using var gmres = new Gmres(_layout, ScalarType.Float64, CPU, Blocks);
        double residual = gmres.Solve((from, product) => Write([.. Multiply(matrix, Read(from))], product), vectors, into, 1e-14, cycles);
        double[] solution = Read(into);
        Array.ForEach([.. vectors, .. into], vector => vector.Dispose());
        return (solution, residual);
    }

    private static IEnumerable<double> Multiply(double[] matrix, double[] vector) =>
        Enumerable.Range(0, vector.Length).Select(i => vector.Select((value, j) => matrix[(i * vector.Length) + j] * value).Sum());
}
