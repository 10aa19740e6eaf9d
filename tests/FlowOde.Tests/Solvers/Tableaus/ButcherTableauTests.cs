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
        foreach (var tableau in StepperCatalog.All.OfType<ExplicitRungeKutta>().Select(s => s.Tableau).Concat(StepperCatalog.All.OfType<ImplicitRungeKutta>().Select(s => s.Tableau)))
        {
            Assert.InRange(OrderConditions.Residual(tableau.A, tableau.B, tableau.Order), 0, 2e-14);
            Assert.True(OrderConditions.Residual(tableau.A, tableau.B, tableau.Order + 1) > 1e-8, tableau.Name);
        }
    }

    /// <summary>A_{p+1} = √Σ((Σ b_i Φ_i − 1/γ)/σ)² over the trees of order p + 1: one number that changes with any coefficient.</summary>
    [Theory]
    [InlineData("euler", 0.5)]
    [InlineData("midpoint", 0.17180)]
    [InlineData("heun2", 0.18634)]
    [InlineData("bosh3", 0.041811)]
    [InlineData("rk4", 0.014505)]
    [InlineData("rk4-38", 0.012669)]
    [InlineData("ralston2", 0.16667)]
    [InlineData("fehlberg2", 0.17073)]
    [InlineData("heun3", 0.046296)]
    [InlineData("kutta3", 0.058926)]
    [InlineData("rkf45", 3.3557e-3)]
    [InlineData("cash-karp", 9.4829e-4)]
    [InlineData("dopri5", 3.9908e-4)]
    [InlineData("dopri5-shampine", 3.9908e-4)]
    [InlineData("tsit5", 1.385e-4)]
    public void PrincipalError_OfATableau_IsThePublishedNumber(string name, double expected)
    {
        var tableau = ((ExplicitRungeKutta)StepperCatalog.Find(name)!).Tableau;
        Assert.Equal(expected, OrderConditions.PrincipalError(tableau.A, tableau.B, tableau.Order), expected * 2e-4);
    }

    [Theory]
    [InlineData("dopri8", 5)]
    [InlineData("tsit5", 4)]
    public void DenseWeights_WithinTheStep_HaveTheStatedOrderAndNoHigher(string name, int order)
    {
        var tableau = ((ExplicitRungeKutta)StepperCatalog.Find(name)!).Tableau;
        Assert.Equal(order, tableau.DenseOrder);
        foreach (double theta in new[] { 0.1, 0.37, 2 / 3.0, 0.9 })
        {
            Assert.InRange(OrderConditions.Residual(tableau.A, tableau.DenseWeights(theta), order, theta), 0, 1e-13);
            Assert.True(OrderConditions.Residual(tableau.A, tableau.DenseWeights(theta), order + 1, theta) > 1e-7);
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

    /// <summary>The same steps, and 2/3 of the estimate.</summary>
    [Fact]
    public void Dopri5Shampine_HasTheSameStepsAndTwoThirdsOfTheError()
    {
        var (own, other) = (Dopri5.Tableau, Dopri5Shampine.Tableau);
        Assert.Equal(own.B, other.B);
        Assert.Equal(own.A, other.A);
        Assert.All(own.ErrorWeights!.Zip(other.ErrorWeights!), pair => Assert.Equal(pair.First * 2 / 3, pair.Second, 1e-17));
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
