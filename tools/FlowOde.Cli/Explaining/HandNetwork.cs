namespace FlowOde.Cli.Explaining;

/// <summary>Networks as their papers write them, block by block on plain arrays: what the solvers' schemes are held against.</summary>
/// <param name="f">The layer's field f(t, x); a layer adds hf.</param>
/// <param name="h">The length of a block.</param>
internal sealed class HandNetwork(Func<double, double[], double[]> f, double h)
{
    /// <summary>ResNet: x + hF(x).</summary>
    public double[] ResNet(double t, double[] x) => Sum(x, Times(h, f(t, x)));

    /// <summary>PolyNet's poly-2 block: x + hF(x) + hF(hF(x)).</summary>
    public double[] PolyNet(double t, double[] x)
    {
        double[] once = Times(h, f(t, x));
        return Sum(x, once, Times(h, f(t, once)));
    }

    /// <summary>Backward Euler's equation iterated twice: x + hF(x + hF(x)).</summary>
    public double[] FixedPoint(double t, double[] x) => Sum(x, Times(h, f(t + h, Sum(x, Times(h, f(t, x))))));

    /// <summary>FractalNet: the mean of two blocks of a depth less behind each other, and of one layer over the whole time.</summary>
    public double[] Fractal(int depth, double t, double[] x) => Fractal(depth, t, x, h);

    /// <summary>RevNet: y1 = x1 + hF(x2), y2 = x2 + hG(y1), both with the block's own weights.</summary>
    public double[] RevNet(double t, double[] x)
    {
        double y1 = x[0] + (h * f(t, x)[0]);
        return [y1, x[1] + (h * f(t, [y1, x[1]])[1])];
    }

    /// <summary>Two and four layers of a Runge–Kutta net with tied weights.</summary>
    public double[] RungeKutta2(double t, double[] x) => Sum(x, Times(h, f(t + (h / 2), Sum(x, Times(h / 2, f(t, x))))));

    /// <summary>The classical method of four stages.</summary>
    public double[] RungeKutta4(double t, double[] x)
    {
        double[] k1 = f(t, x), k2 = f(t + (h / 2), Sum(x, Times(h / 2, k1))), k3 = f(t + (h / 2), Sum(x, Times(h / 2, k2))), k4 = f(t + h, Sum(x, Times(h, k3)));
        return Sum(x, Times(h / 6, k1), Times(h / 3, k2), Times(h / 3, k3), Times(h / 6, k4));
    }

    /// <summary>The states after each of a number of blocks.</summary>
    /// <param name="block">One block from (t, x).</param>
    /// <param name="x">The start, at time 0.</param>
    /// <param name="blocks">How many.</param>
    public double[] Run(Func<double, double[], double[]> block, double[] x, int blocks)
    {
        for (int n = 0; n < blocks; n++)
        {
            x = block(n * h, x);
        }

        return x;
    }

    /// <summary>LM-ResNet with F = (1 + k)hf behind a first block of ResNet: x_{n+1} = (1 − k)x_n + k x_{n−1} + F(x_n).</summary>
    public double[] LmResNet(double k, double[] x, int blocks)
    {
        double[] before = x;
        x = ResNet(0, x);
        for (int n = 1; n < blocks; n++)
        {
            (before, x) = (x, Sum(Times(1 - k, x), Times(k, before), Times((1 + k) * h, f(n * h, x))));
        }

        return x;
    }

    private static double[] Times(double factor, double[] vector) => [.. vector.Select(entry => factor * entry)];

    private static double[] Sum(params double[][] vectors) => [.. vectors[0].Select((_, i) => vectors.Sum(vector => vector[i]))];

    private double[] Fractal(int depth, double t, double[] x, double length)
    {
        double[] layer = Sum(x, Times(length, f(t, x)));
        return depth == 1
            ? layer
            : Times(0.5, Sum(Fractal(depth - 1, t + (length / 2), Fractal(depth - 1, t, x, length / 2), length / 2), layer));
    }
}
