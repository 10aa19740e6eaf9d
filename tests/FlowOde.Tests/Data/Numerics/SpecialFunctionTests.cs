using FlowOde.Data.Numerics;

namespace FlowOde.Tests.Data.Numerics;

public sealed class SpecialFunctionTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1.2660658777520084)]
    [InlineData(10, 2815.7166284662544)]
    public void BesselI0_AtKnownPoints_AgreesWithTheTables(double x, double value) =>
        Assert.Equal(Math.Log(value) - x, BesselI0.LogScaled(x), 13);

    [Theory]
    [InlineData(0.5)]
    [InlineData(24.9)]
    [InlineData(25.1)]
    [InlineData(400)]
    [InlineData(1e5)]
    public void BesselI0_AgainstItsIntegral_Agrees(double x)
    {
        // I₀(x) = mean of exp(x cos θ): a trapezoid sum over a period converges geometrically once it resolves 1/√x.
        const int Count = 20000;
        var mean = Enumerable.Range(0, Count).Average(k => Math.Exp(x * (Math.Cos(2 * Math.PI * k / Count) - 1)));
        Assert.Equal(Math.Log(mean), BesselI0.LogScaled(x), 11);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 0.7236736098317631)]
    [InlineData(1, 0.15729920705028513)]
    [InlineData(3, 2.209049699858544e-5)]
    [InlineData(5, 1.5374597944280349e-12)]
    public void Scaled_AtKnownPoints_IsTheComplementaryErrorFunction(double x, double erfc) =>
        Assert.Equal(1, Math.Exp(-x * x) * ErrorFunction.Scaled(x) / erfc, 12);

    [Theory]
    [InlineData(-0.3, 1.2)]
    [InlineData(-9, -8.2)]
    [InlineData(6, 7.5)]
    [InlineData(30, 31.7)]
    [InlineData(-0.2, 0)]
    [InlineData(-40, 40)]
    public void LogNormalMass_AgainstQuadrature_Agrees(double lower, double upper)
    {
        var (nodes, weights) = GaussLegendre.Rule(16);
        const int Panels = 400;
        var sum = new LogSum();
        var half = (upper - lower) / (2 * Panels);
        for (var panel = 0; panel < Panels; panel++)
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                var x = lower + (half * ((2 * panel) + 1 + nodes[i]));
                sum.Add(Math.Log(weights[i] * half) - (0.5 * x * x) - (0.5 * Math.Log(2 * Math.PI)));
            }
        }

        Assert.Equal(sum.Value, ErrorFunction.LogNormalMass(lower, upper), 11);
    }

    [Fact]
    public void Rule_OnAPolynomialOfItsDegree_IsExact()
    {
        var (nodes, weights) = GaussLegendre.Rule(16);
        Assert.Equal(2.0 / 31, nodes.Zip(weights).Sum(node => node.Second * Math.Pow(node.First, 30)), 14);
    }
}
