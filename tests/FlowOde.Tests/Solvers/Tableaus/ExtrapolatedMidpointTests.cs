using FlowOde.Solvers.Tableaus;

namespace FlowOde.Tests.Solvers.Tableaus;

/// <summary>The extrapolated midpoint rule; that it meets the conditions of its order a tableau checks itself.</summary>
public class ExtrapolatedMidpointTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_ANumberOfRows_HasTwiceTheOrderAndNoHigher(int rows)
    {
        var tableau = ExtrapolatedMidpoint.Of(rows);
        Assert.Equal((2 * rows, (2 * rows) - 2, 1 + (rows * rows)), (tableau.Order, tableau.EmbeddedOrder, tableau.Stages));
        Assert.True(OrderConditions.Residual(tableau.A, tableau.B, tableau.Order + 1) > 1e-5);
    }

    /// <summary>Two rows by hand: T = (4 S(1/4) − S(1/2))/3.</summary>
    [Fact]
    public void Of_TwoRows_WeighsTheDerivativesAsSimpsonsRuleDoes()
    {
        var tableau = ExtrapolatedMidpoint.Of(2);
        Assert.Equal([0, 1 / 2.0, 1 / 4.0, 1 / 2.0, 3 / 4.0], tableau.C);
        double[] expected = [0, -1 / 3.0, 2 / 3.0, 0, 2 / 3.0];
        Assert.All(expected.Zip(tableau.B), pair => Assert.Equal(pair.First, pair.Second, 1e-15));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Of_ANumberOutOfRange_IsRefused(int rows) => Assert.Throws<ArgumentOutOfRangeException>(() => ExtrapolatedMidpoint.Of(rows));
}
