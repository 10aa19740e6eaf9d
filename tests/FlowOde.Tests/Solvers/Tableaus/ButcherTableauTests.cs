using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Tableaus;

namespace FlowOde.Tests.Solvers.Tableaus;

public class ButcherTableauTests
{
    [Fact]
    public void Count_OfRootedTrees_IsTheKnownSequence() =>
        Assert.Equal([1, 2, 4, 8, 17, 37, 85, 200], Enumerable.Range(1, 8).Select(OrderConditions.Count));

    [Fact]
    public void Constructor_WithAWrongWeight_NamesTheOrderItMisses()
    {
        var error = Assert.Throws<ArgumentException>(() => new ButcherTableau("wrong", 2, [[], [0.5]], [0.1, 0.9], [0, 0.5]));
        Assert.Contains("order 2", error.Message);
    }

    [Fact]
    public void Constructor_WithAWrongNode_NamesTheRow()
    {
        var error = Assert.Throws<ArgumentException>(() => new ButcherTableau("wrong", 2, [[], [0.5]], [0, 1], [0, 0.6]));
        Assert.Contains("row 1", error.Message);
    }

    /// <summary>The principal error norm A_{p+1} as the literature has it would change with any coefficient; here one condition beyond the order must fail.</summary>
    [Fact]
    public void Residual_OneOrderBeyondTheStated_IsNotZero()
    {
        foreach (var tableau in StepperCatalog.All.OfType<ExplicitRungeKutta>().Select(s => s.Tableau))
        {
            Assert.InRange(OrderConditions.Residual(tableau.A, tableau.B, tableau.Order), 0, 1e-14);
            Assert.True(OrderConditions.Residual(tableau.A, tableau.B, tableau.Order + 1) > 1e-5, tableau.Name);
        }
    }

    [Fact]
    public void Dopri5_ErrorWeights_AreThreeHalvesOfShampines()
    {
        double[] shampine = [1951 / 21600.0, 0, 22642 / 50085.0, 451 / 720.0, -12231 / 42400.0, 649 / 6300.0, 1 / 60.0];
        for (int i = 0; i < 7; i++)
        {
            Assert.Equal(Dopri5.Tableau.B[i] - shampine[i], Dopri5.Tableau.ErrorWeights![i] * 2 / 3, 1e-15);
        }
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(2 / 3.0)]
    public void DenseWeights_OfDopri5_HaveOrderFourEverywhereInTheStep(double theta) =>
        Assert.InRange(OrderConditions.Residual(Dopri5.Tableau.A, Dopri5.Tableau.DenseWeights(theta), 4, theta), 0, 1e-14);

    [Fact]
    public void DenseWeights_OfDopri5_EqualThePublishedQuarticMidpoint()
    {
        double[] middle = [6025192743 / 30085553152.0, 0, 51252292925 / 65400821598.0, -2691868925 / 45128329728.0, 187940372067 / 1594534317056.0, -1776094331 / 19743644256.0, 11237099 / 235043384.0];
        double[] weights = Dopri5.Tableau.DenseWeights(0.5);
        for (int i = 0; i < 7; i++)
        {
            Assert.Equal(middle[i] / 2, weights[i], 1e-14);
        }
    }
}
