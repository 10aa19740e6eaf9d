namespace FlowOde.Solvers.Tableaus;

/// <summary>
/// A FractalNet of any depth with shared weights as an explicit Runge–Kutta method: f_1 = I + hF and f_{c+1} = ½(f_c∘f_c + I + 2^c hF), the mean of
/// two blocks behind each other and one layer over the same time. 2^(c−1) stages for a step H = 2^(c−1) h; order 1 from depth 1 (Euler) on.
/// </summary>
/// <remarks>
/// Larsson, Maire, Shakhnarovich 2017 (arXiv 1605.07648), with a layer for each convolution; Lu et al. 2018 (1710.10121), §2, call it an expression of second order.
/// It is none: Σ b_i c_i is (1 − 4^(1−c))/6 at depth c, and order 2 needs ½. With as many evaluations, Euler's method is more exact.
/// </remarks>
public static class FractalNet
{
    /// <summary>What the names of these methods begin with; the depth follows.</summary>
    public const string Prefix = "fractalnet";

    /// <summary>The greatest depth: 2,048 stages.</summary>
    public const int MostDepth = 12;

    /// <summary>The coefficients at a depth.</summary>
    /// <param name="depth">c, from 2 to <see cref="MostDepth"/>; a FractalNet of depth 1 is <see cref="Euler"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is out of range.</exception>
    public static ButcherTableau Of(int depth)
    {
        if (depth is < 2 or > MostDepth)
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, $"A FractalNet has a depth from 2 to {MostDepth}, which has 2^(depth − 1) stages; one of depth 1 is the method euler.");
        }

        // In units of the layer's own step h: every block twice, its result being where the second one starts.
        double[][] a = [[]];
        double[] b = [1], c = [0];
        for (double length = 1; b.Length < 1 << (depth - 1); length *= 2)
        {
            double[] first = b;
            double span = length;
            a = [.. a, .. a.Select(row => (double[])[.. first, .. row])];
            c = [.. c, .. c.Select(node => span + node)];
            b = [.. first.Concat(first).Select(weight => weight / 2)];
            b[0] += span; // the layer over the whole block shares the block's first evaluation
        }

        double step = b.Length;
        return new(
            $"{Prefix}{depth}",
            1,
            [.. a.Select(row => row.Select(entry => entry / step).ToArray())],
            [.. b.Select(weight => weight / step)],
            [.. c.Select(node => node / step)],
            denseOrder: 1);
    }
}
