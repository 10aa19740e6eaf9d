using FlowOde.Samplers.Quality;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Quality;

public sealed class FrechetDistanceTests
{
    [Fact]
    public void Of_TwoSetsOfKnownMoments_IsTheClosedForm()
    {
        using var scope = NewDisposeScope();
        double[,] first = { { 2, 0.7 }, { 0.7, 1 } }, second = { { 0.5, -0.3 }, { -0.3, 1.5 } };
        var (c1, c2) = (tensor(first), tensor(second));
        var x = QualityRows.WithMoments(60, tensor([1.0, -2]), c1, 0);
        var y = QualityRows.WithMoments(80, tensor([0.5, 1]), c2, 1);

        // tr √M of a 2 × 2 matrix with eigenvalues a, b: √(a + b + 2√(ab)).
        var product = c1.mm(c2);
        double root = Math.Sqrt(product.trace().item<double>() + (2 * Math.Sqrt(linalg.det(product).item<double>())));
        double expected = 0.25 + 9 + 3 + 2 - (2 * root);
        Assert.Equal(expected, FrechetDistance.Of(x, y).Distance, 1e-9);
        Assert.Equal(expected, FrechetDistance.Of(y, x).Distance, 1e-9);
    }

    [Fact]
    public void Of_ASetAndItself_IsZero()
    {
        using var scope = NewDisposeScope();
        var rows = QualityRows.Normal(100, 12, 0);
        Assert.InRange(FrechetDistance.Of(rows, rows).Distance, -1e-9, 1e-9);
    }

    /// <summary>Also where a covariance has no inverse.</summary>
    [Fact]
    public void Of_ASetMovedByAVector_IsItsSquaredLength()
    {
        using var scope = NewDisposeScope();
        var rows = QualityRows.Normal(10, 30, 0).to(ScalarType.Float32);
        double distance = FrechetDistance.Of(rows, rows.Plus(0.5)).Distance;
        Assert.Equal(30 * 0.25, distance, 1e-4);
    }

    [Fact]
    public void Of_SetsOfOneLaw_IsTooLargeAndExtrapolatesToZero()
    {
        using var scope = NewDisposeScope();
        FrechetScore[] scores = [.. Enumerable.Range(0, 12).Select(i => FrechetDistance.Of(QualityRows.Normal(400, 16, 2 * i), QualityRows.Normal(400, 16, (2 * i) + 1)))];
        double distance = scores.Average(score => score.Distance), extrapolated = scores.Average(score => score.Extrapolated!.Value);
        Assert.True(scores.Min(score => score.Distance) > 0.2, $"400 rows of 16 numbers are too few for a distance of {scores.Min(score => score.Distance)}.");
        Assert.True(Math.Abs(extrapolated) < 0.1 * distance, $"The mean distance {distance:G3} extrapolates to {extrapolated:G3}.");
        Assert.All(scores, score => Assert.Equal(score.Distance, score.Extrapolated!.Value + score.Bias!.Value, 1e-12));
    }

    [Fact]
    public void Of_RowsThatDoNotFit_SaysWhat()
    {
        using var scope = NewDisposeScope();
        var rows = zeros(5, 3);
        void Says(string text, Tensor first, Tensor second) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(() => FrechetDistance.Of(first, second)).Message, StringComparison.Ordinal);
        Says("of 3 and of 2 numbers", rows, zeros(5, 2));
        Says("at least 4 rows; found [3, 3]", rows, zeros(3, 3));
        Says("found [5]", zeros(5), rows);
        Says("not finite", rows, Full([5, 3], double.NaN));
    }
}
