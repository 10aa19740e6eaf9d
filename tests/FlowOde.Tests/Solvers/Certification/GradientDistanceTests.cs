using FlowOde.Solvers.Certification;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Certification;

public class GradientDistanceTests
{
    private static readonly VectorLayout _layout = new(new Segment("a", 3), new Segment("b", 2));

    [Fact]
    public void Worst_OfTwoGroups_IsTheRelativelyWorse()
    {
        using var reference = Vector([3, 4, 0], [1, 0]);
        using var other = Vector([3, 4.5, 0], [1, 0.2]);
        var worst = GradientDistance.Worst(other, reference);
        Assert.Equal("b", worst.Group);
        Assert.Equal(0.2, worst.Distance, 1e-12);
        Assert.Equal(Math.Sqrt(0.29 / 26), GradientDistance.Of(other, reference), 1e-12);
    }

    [Fact]
    public void Worst_OfAGroupThatIsNearlyZero_CountsItAsAHundredthOfTheUsual()
    {
        using var reference = Vector([3, 4, 0], [1e-9, 0]);
        using var other = Vector([3, 4, 0], [2e-9, 0]);
        Assert.Equal(1e-9 / (0.01 * 5 / Math.Sqrt(5) * Math.Sqrt(2)), GradientDistance.Worst(other, reference).Distance, 1e-14);
    }

    [Fact]
    public void Worst_OfAGradientThatIsNotFinite_IsNaN()
    {
        using var reference = Vector([3, 4, 0], [1, 0]);
        using var other = Vector([3, double.NaN, 0], [1, 0]);
        Assert.True(double.IsNaN(GradientDistance.Worst(other, reference).Distance));
    }

    [Fact]
    public void DirectionalDerivative_OfASmoothFunction_IsExactToTenDigitsAndLeavesTheParameters()
    {
        using var parameters = Vector([0.3, -0.2, 0.9], [1.1, 0.4]);
        using var direction = Vector([0.6, 0, 0], [0, 0.8]);
        double Loss() => Math.Exp(parameters[0][0].item<double>()) * Math.Sin(parameters[1][1].item<double>());
        double expected = (0.6 * Math.Exp(0.3) * Math.Sin(0.4)) + (0.8 * Math.Exp(0.3) * Math.Cos(0.4));
        Assert.Equal(expected, DirectionalDerivative.Of(Loss, parameters, direction), 1e-11);
        Assert.Equal(0.3, parameters[0][0].item<double>());
        using var gradient = Vector([Math.Exp(0.3) * Math.Sin(0.4), 0, 0], [0, Math.Exp(0.3) * Math.Cos(0.4)]);
        Assert.InRange(DirectionalDerivative.Distance(gradient, direction, expected), 0, 1e-14);
        Assert.InRange(DirectionalDerivative.Distance(gradient, direction, expected + 1e-6), 1e-7, 1e-5);
    }

    /// <summary>A bend lies within the widest of the widths, and not within the next.</summary>
    [Fact]
    public void DirectionalDerivative_NearABend_IsThatOfTheSideItLiesOn()
    {
        using var parameters = Vector([0.3, 0, 0], [0, 0]);
        using var direction = Vector([1, 0, 0], [0, 0]);
        double Loss() => Math.Exp(parameters[0][0].item<double>()) + Math.Max(0, parameters[0][0].item<double>() - 0.3 - 5e-6);
        Assert.Equal(Math.Exp(0.3), DirectionalDerivative.OfBent(Loss, parameters, direction), 1e-9);
        Assert.True(Math.Abs(Math.Exp(0.3) - DirectionalDerivative.Of(Loss, parameters, direction)) > 0.1);
    }

    private static FlatVector Vector(double[] a, double[] b)
    {
        var vector = new FlatVector(_layout, ScalarType.Float64);
        a.CopyTo(vector.AsSpan<double>(0));
        b.CopyTo(vector.AsSpan<double>(1));
        return vector;
    }
}
