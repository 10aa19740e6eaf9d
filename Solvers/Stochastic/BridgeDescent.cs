using FlowOde.Solvers.Randomness;

namespace FlowOde.Solvers.Stochastic;

/// <summary>The way down a virtual Brownian tree to one time, for some rows at once; the interval is [0, 1].</summary>
/// <remarks>
/// Node 0 is the value at 1. Below, nodes are numbered as in a heap: 1 is the middle of the interval, 2n and 2n + 1 are the middles to the left and right of n.
/// </remarks>
internal sealed class BridgeDescent(ulong seed, int halvings, int rows, int columns)
{
    private readonly long[] _rows = new long[rows];
    private readonly double[] _left = new double[rows * columns];
    private readonly double[] _right = new double[rows * columns];
    private readonly double[] _normals = new double[rows * columns];

    /// <summary>Writes scale · W(x).</summary>
    /// <param name="x">The time, 0 to 1.</param>
    /// <param name="scale">What the values are multiplied by.</param>
    /// <param name="firstRow">Number of the first row; as many follow as fill <paramref name="into"/>.</param>
    /// <param name="into">Receives the values, row by row.</param>
    public void Read(double x, double scale, long firstRow, Span<double> into)
    {
        var numbers = _rows.AsSpan(0, into.Length / columns);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = firstRow + i;
        }

        Descend(x, numbers, into);
        foreach (ref double value in into)
        {
            value *= scale;
        }
    }

    private void Descend(double x, ReadOnlySpan<long> numbers, Span<double> into)
    {
        var left = _left.AsSpan(0, into.Length);
        var right = _right.AsSpan(0, into.Length);
        left.Clear();
        if (x == 0)
        {
            into.Clear();
            return;
        }

        Draw(0, numbers, right);
        double start = 0, length = 1; // both exact: dyadic fractions of at most 43 bits
        long node = 1;
        for (int level = 0; level < halvings && x != start + length; level++)
        {
            length /= 2;
            bool isRight = x > start + length;
            Bridge(node, 0.5, length * 2, numbers, isRight ? left : right, isRight ? right : left);
            node = (2 * node) + (isRight ? 1 : 0);
            start += isRight ? length : 0;
        }

        if (x == start + length)
        {
            right.CopyTo(into);
            return;
        }

        Bridge(node, (x - start) / length, length, numbers, left, right);
        left.CopyTo(into);
    }

    /// <summary>Replaces the values at one end of an interval by those at a part θ of it, given both.</summary>
    private void Bridge(long node, double part, double length, ReadOnlySpan<long> numbers, Span<double> moved, ReadOnlySpan<double> kept)
    {
        var normals = _normals.AsSpan(0, moved.Length);
        Draw(node, numbers, normals);
        double deviation = Math.Sqrt(part * (1 - part) * length);
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = ((1 - part) * moved[i]) + (part * kept[i]) + (deviation * normals[i]);
        }
    }

    private void Draw(long node, ReadOnlySpan<long> numbers, Span<double> into) =>
        NormalDraws.Fill(new BlockAddress(seed, BrownianPath.Purpose, node, DrawKind.Normal), numbers, columns, into);
}
