using FlowOde.Solvers.Steppers;
using FsCheck;
using FsCheck.Fluent;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Integration;

/// <summary>A random smooth field with a random method, tolerance and span; all that is random follows from these numbers.</summary>
/// <param name="Seed">Of the field's coefficients and of the start.</param>
/// <param name="Dimension">Components.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Tolerance">The tolerance, relative and absolute.</param>
/// <param name="From">The time of the start.</param>
/// <param name="To">The time of the end, on either side.</param>
public sealed record RandomSolve(int Seed, int Dimension, string Method, double Tolerance, double From, double To)
{
    /// <summary>The adaptive methods but those that can be undone, which cannot take long steps along a contraction.</summary>
    private static readonly string[] _methods = [.. SolverNames.Where(name => StepperCatalog.Find(name) is { EmbeddedOrder: > 0 } and not IReversibleStepper)];

    /// <summary>Generates them for FsCheck. Methods of low order get no tolerance that they would need thousands of steps for.</summary>
    public static Arbitrary<RandomSolve> Solves() => (
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from dimension in Gen.Choose(1, 3)
        from method in Gen.Elements(_methods)
        from accuracy in Gen.Choose(0, 1000)
        from start in Gen.Choose(-1000, 1000)
        from span in Gen.Choose(-1000, 700)
        from isBackward in Gen.Elements(false, true)
        let digits = 2 + ((StepperCatalog.Find(method)!.EmbeddedOrder < 3 ? 4 : 9) * accuracy / 1000.0)
        let length = Math.Pow(10, span / 1000.0)
        select new RandomSolve(seed, dimension, method, Math.Pow(10, -digits), start / 100.0, (start / 100.0) + (isBackward ? -length : length))).ToArbitrary();

    /// <summary>
    /// r·(Σ a sin(b y + w t + c) − d y + q y y'): waves in state and time, damping or growth, and in every third field products of two components, with which some solutions
    /// reach infinity in finite time.
    /// </summary>
    internal (Action<double, double[], double[]> Field, double[] Start) Make()
    {
        var random = new Random(Seed);
        double[] Draw(int count, double low, double high) => [.. Enumerable.Range(0, count).Select(_ => low + ((high - low) * random.NextDouble()))];
        int n = Dimension;
        double rate = Math.Pow(10, Draw(1, -1, 1)[0]);
        double[] a = Draw(n * n, -1, 1), b = Draw(n * n, -2, 2), w = Draw(n * n, -3, 3), c = Draw(n * n, 0, 2 * Math.PI), d = Draw(n, -0.3, 2), q = Draw(n, -0.5, 0.5);
        bool hasProducts = random.Next(3) == 0;
        return ((t, y, dy) =>
        {
            for (int i = 0; i < n; i++)
            {
                double sum = (-d[i] * y[i]) + (hasProducts ? q[i] * y[i] * y[(i + 1) % n] : 0);
                for (int j = 0; j < n; j++)
                {
                    int k = (i * n) + j;
                    sum += a[k] * Math.Sin((b[k] * y[j]) + (w[k] * t) + c[k]);
                }

                dy[i] = rate * sum;
            }
        }, Draw(n, -2, 2));
    }
}
