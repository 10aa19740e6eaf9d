using FlowOde.Samplers.Quality;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Quality;

public sealed class KernelDiscrepancyTests
{
    [Fact]
    public void Of_AFewRows_IsTheFormulaOverAllPairs()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (QualityRows.Normal(5, 3, 0), QualityRows.Normal(7, 3, 1).Plus(0.3));
        foreach (IFeatureKernel kernel in new IFeatureKernel[] { new PolynomialKernel(), new PolynomialKernel(2), new GaussianKernel(1.3) })
        {
            var score = KernelDiscrepancy.Of(x, y, kernel);
            Assert.Equal(Pairs(x, y, kernel.Name), score.Squared, 1e-12);

            // The jackknife by its definition: each row left out once.
            double Variance(Tensor rows, Func<Tensor, double> estimate)
            {
                long count = rows.size(0);
                double[] without = [.. Enumerable.Range(0, (int)count).Select(i => estimate(rows.index_select(0, tensor([.. Enumerable.Range(0, (int)count).Where(j => j != i).Select(j => (long)j)]))))];
                return without.Sum(value => Math.Pow(value - without.Average(), 2)) * (count - 1) / count;
            }

            double variance = Variance(x, rows => Pairs(rows, y, kernel.Name)) + Variance(y, rows => Pairs(x, rows, kernel.Name));
            Assert.Equal(Math.Sqrt(variance), score.StandardError, 1e-12);
            Assert.Equal(kernel.Name, score.Kernel);
        }
    }

    /// <summary>Rows are taken a thousand at a time; together they are what they are at once.</summary>
    [Fact]
    public void Of_ManyRows_IsTheFormulaOverAllPairs()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (QualityRows.Normal(1100, 2, 0), QualityRows.Normal(30, 2, 1).Plus(0.3));
        var kernel = new GaussianKernel(1.3);
        double Within(Tensor rows) => (kernel.Matrix(rows, rows).sum().item<double>() - rows.size(0)) / (rows.size(0) * (rows.size(0) - 1));
        double expected = Within(x) + Within(y) - (2 * kernel.Matrix(x, y).mean().item<double>());
        Assert.Equal(expected, KernelDiscrepancy.Of(x, y, kernel).Squared, 1e-12);
        Assert.Equal(expected, KernelDiscrepancy.Of(y, x, kernel).Squared, 1e-12);
    }

    /// <summary>x ~ N(0, I), y ~ N(m, I): E k(x, x') = c = (b²/(b² + 2))^(F/2) and E k(x, y) = c·exp(−‖m‖²/(2(b² + 2))).</summary>
    [Fact]
    public void Of_MovedNormals_IsTheClosedFormOfTheGaussianKernel()
    {
        using var scope = NewDisposeScope();
        const double B = 1.7, Shift = 0.4;
        double same = B * B / ((B * B) + 2), expected = 2 * same * (1 - Math.Exp(-2 * Shift * Shift / (2 * ((B * B) + 2))));
        Near(expected, KernelDiscrepancy.Of(QualityRows.Normal(1500, 2, 0), QualityRows.Normal(1300, 2, 1).Plus(Shift), new GaussianKernel(B)));
    }

    /// <summary>(xy + 1)³ of one number compares the moments: 3Δ₁² + 3Δ₂² + Δ₃².</summary>
    [Fact]
    public void Of_MovedNormals_IsTheClosedFormOfThePolynomialKernel()
    {
        using var scope = NewDisposeScope();
        const double Shift = 0.3;
        double third = (Shift * Shift * Shift) + (3 * Shift), expected = (3 * Shift * Shift) + (3 * Math.Pow(Shift, 4)) + (third * third);
        Near(expected, KernelDiscrepancy.Of(QualityRows.Normal(2000, 1, 0), QualityRows.Normal(2000, 1, 1).Plus(Shift), new PolynomialKernel()));
    }

    [Fact]
    public void Of_SetsOfOneLaw_IsZeroInTheMeanAndWithinItsErrors()
    {
        using var scope = NewDisposeScope();
        DiscrepancyScore[] scores = [.. Enumerable.Range(0, 60).Select(i => KernelDiscrepancy.Of(QualityRows.Normal(150, 4, 2 * i), QualityRows.Normal(150, 4, (2 * i) + 1), new PolynomialKernel()))];
        double mean = scores.Average(score => score.Squared), spread = Math.Sqrt(scores.Average(score => Math.Pow(score.Squared - mean, 2)));
        double stated = scores.Average(score => score.StandardError);
        Assert.True(Math.Abs(mean) < 3 * spread / Math.Sqrt(60), $"mean {mean:G3} of 60 estimates that spread by {spread:G3}");
        Assert.InRange(stated / spread, 0.8, 2);
    }

    [Fact]
    public void Of_MovedSets_HasAStandardErrorThatIsTheirSpread()
    {
        using var scope = NewDisposeScope();
        DiscrepancyScore[] scores = [.. Enumerable.Range(0, 60).Select(i => KernelDiscrepancy.Of(QualityRows.Normal(150, 4, 2 * i), QualityRows.Normal(150, 4, (2 * i) + 1).Plus(0.7), new GaussianKernel(2)))];
        double mean = scores.Average(score => score.Squared), spread = Math.Sqrt(scores.Average(score => Math.Pow(score.Squared - mean, 2)));
        Assert.InRange(scores.Average(score => score.StandardError) / spread, 0.75, 1.35); // a spread of 60 has an error of a tenth
    }

    /// <summary>Half of all pairs of rows of N(0, I₂) lie within √(4 ln 2).</summary>
    [Fact]
    public void OfMedianDistance_OfNormals_IsTheirMedian()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Math.Sqrt(4 * Math.Log(2)), GaussianKernel.OfMedianDistance(QualityRows.Normal(1200, 2, 0), QualityRows.Normal(700, 2, 1)).Bandwidth, 0.1); // of 1,700 rows, four standard errors
    }

    [Fact]
    public void Arguments_ThatDoNotFit_SayWhat()
    {
        using var scope = NewDisposeScope();
        void Says(string text, Action action) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
        Says("at least 3 rows; found [2, 3]", () => KernelDiscrepancy.Of(zeros(2, 3), zeros(5, 3), new PolynomialKernel()));
        Says("of 3 and of 4 numbers", () => KernelDiscrepancy.Of(zeros(5, 3), zeros(5, 4), new PolynomialKernel()));
        Says("positive number", () => _ = new GaussianKernel(0));
        Says("from 1 to 10", () => _ = new PolynomialKernel(0));
        Says("are equal", () => GaussianKernel.OfMedianDistance(zeros(5, 3), zeros(5, 3)));
    }

    private static void Near(double expected, DiscrepancyScore score)
    {
        Assert.True(Math.Abs(score.Squared - expected) < 4 * score.StandardError, $"{score.Squared:G4} ± {score.StandardError:G2}, expected {expected:G4}");
        Assert.True(score.StandardError < expected / 3, $"An error of {score.StandardError:G2} shows nothing about {expected:G3}.");
    }

    private static double Pairs(Tensor x, Tensor y, string kernel)
    {
        double[][] Rows(Tensor rows) => [.. Enumerable.Range(0, (int)rows.size(0)).Select(i => rows[i].data<double>().ToArray())];
        double[][] a = Rows(x), b = Rows(y);
        double K(double[] u, double[] v) => kernel.StartsWith('G')
            ? Math.Exp(-u.Zip(v, (p, q) => (p - q) * (p - q)).Sum() / (2 * 1.3 * 1.3))
            : Math.Pow((u.Zip(v, (p, q) => p * q).Sum() / u.Length) + 1, kernel[^1] - '0');
        double Within(double[][] rows) => rows.SelectMany((u, i) => rows.Where((_, j) => i != j).Select(v => K(u, v))).Average();
        return Within(a) + Within(b) - (2 * a.SelectMany(u => b.Select(v => K(u, v))).Average());
    }
}
