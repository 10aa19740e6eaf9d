using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>Each architecture's scheme against its network written out by hand, on a nonlinear field that depends on time (MATH G2, G3).</summary>
public class NetworkSchemeTests
{
    private const int Steps = 8;
    private const double Span = 2;
    private const double H = Span / Steps;
    private static readonly double[] _start = [0.8, -0.4];

    [Fact]
    public void PolyNetBlock_IsXPlusFPlusFOfF()
    {
        double[] x = _start;
        for (int n = 0; n < Steps; n++)
        {
            double[] f = F(n * H, x), ff = F(n * H, Times(H, f));
            x = Sum(x, Times(H, f), Times(H, ff));
        }

        AssertEqual(x, Run(PolyNetBlock.Method), 1e-14);
    }

    [Fact]
    public void PolyNet_IsBackwardEulersEquationIteratedTwice()
    {
        double[] x = _start;
        for (int n = 0; n < Steps; n++)
        {
            double[] once = Sum(x, Times(H, F(n * H, x)));
            x = Sum(x, Times(H, F((n + 1) * H, once)));
        }

        AssertEqual(x, Run(StepperCatalog.Find("polynet2")!), 1e-14);
    }

    /// <summary>Where F(0) ≠ 0 the published block converges, but to the solution of ẋ = F(x) + F(0).</summary>
    [Fact]
    public void PolyNetBlock_OfAFieldThatIsNotZeroAtZero_SolvesAnotherEquation()
    {
        var field = Function(1, (_, y, dy) => dy[0] = 1 - y[0]);
        double End(IStepper stepper, int steps) => Problems.Solve(Problem(field, stepper, new ConstantStep(steps), [0.3], 0, 1))[0];
        double own = 1 + ((0.3 - 1) * Math.Exp(-1)), other = 2 + ((0.3 - 2) * Math.Exp(-1));
        Assert.InRange(Math.Abs(End(PolyNetBlock.Method, 4000) - other), 1e-6, 1e-3);
        Assert.InRange(Math.Abs(End(StepperCatalog.Find("polynet2")!, 4000) - own), 1e-6, 1e-3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void FractalNet_OfAnyDepth_IsItsRecursion(int depth)
    {
        double layer = H / (1 << (depth - 1));
        double[] Block(int c, double t, double[] x)
        {
            if (c == 1)
            {
                return Sum(x, Times(layer, F(t, x)));
            }

            double half = (1 << (c - 2)) * layer;
            double[] twice = Block(c - 1, t + half, Block(c - 1, t, x)), once = Sum(x, Times(2 * half, F(t, x)));
            return Times(0.5, Sum(twice, once));
        }

        double[] x = _start;
        for (int n = 0; n < Steps; n++)
        {
            x = Block(depth, n * H, x);
        }

        AssertEqual(x, Run(StepperCatalog.Find($"fractalnet{depth}")!), 1e-13);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void FractalNet_OfAnyDepth_HasOrderOneOnly(int depth)
    {
        var tableau = FractalNet.Of(depth);
        double sum = tableau.B.Zip(tableau.C, (b, c) => b * c).Sum();
        Assert.Equal(1 << (depth - 1), tableau.Stages);
        Assert.Equal((1 - Math.Pow(4, 1 - depth)) / 6, sum, 1e-14);
        Assert.True(OrderConditions.Residual(tableau.A, tableau.B, 2) > 0.3);
    }

    [Fact]
    public void SymplecticEuler_IsARevNetBlock()
    {
        using var field = new PendulumField();
        double q = 0.8, p = -0.4, h = 3.0 / Steps;
        for (int n = 0; n < Steps; n++)
        {
            q += h * p;
            p += h * ((-1.3 * Math.Sin(q)) + (0.4 * Math.Cos(n * h)));
        }

        using var solution = FlowOde.Solvers.OdeSolver.Solve(ReversibleMethodTests.PendulumProblem(field, SymplecticEuler.Method, new ConstantStep(Steps)));
        AssertEqual([q, p], [solution.Final.AsSpan<double>(0)[0], solution.Final.AsSpan<double>(1)[0]], 1e-14);
        Assert.Equal(2 * Steps, solution.Statistics.Evaluations);
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void LmResNet_IsItsTwoStepRecursion(double k)
    {
        double[] before = _start, x = Sum(_start, Times(H, F(0, _start)));
        for (int n = 1; n < Steps; n++)
        {
            (before, x) = (x, Sum(Times(1 - k, x), Times(k, before), Times((1 + k) * H, F(n * H, x))));
        }

        AssertEqual(x, Run(LmResNet.Of(k)), 1e-13);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(0.7)]
    public void LmResNetNetwork_IsThePublishedNetwork(double k)
    {
        double[] before = _start, x = _start;
        for (int n = 0; n < Steps; n++)
        {
            (before, x) = (x, Sum(Times(1 - k, x), Times(k, before), Times(H, F(n * H, x))));
        }

        AssertEqual(x, Run(LmResNet.Network(k)), 1e-14);
    }

    [Fact]
    public void LmResNet_WithKZero_IsEulerBitForBit()
    {
        double[] euler = Run(StepperCatalog.Find("euler")!);
        Assert.Equal(euler, Run(LmResNet.Of(0)));
        Assert.Equal(euler, Run(LmResNet.Network(0)));
    }

    /// <summary>The modified equation (1 + k)ẋ + (1 − k)(h/2)ẍ = (1 + k)f: the error is (1 − k)/(1 + k) times Euler's.</summary>
    [Theory]
    [InlineData(-0.3)]
    [InlineData(0.5)]
    public void LmResNet_HasTheErrorOfItsModifiedEquation(double k)
    {
        var decay = Function(1, (t, y, dy) => dy[0] = Math.Cos(t) * y[0]);
        double Error(IStepper stepper) => Problems.Solve(Problem(decay, stepper, new ConstantStep(4000), [1], 0, 2))[0] - Math.Exp(Math.Sin(2));
        Assert.Equal((1 - k) / (1 + k), Error(LmResNet.Of(k)) / Error(StepperCatalog.Find("euler")!), 5e-3);
    }

    [Theory]
    [InlineData(-1.1, false)]
    [InlineData(-0.9, true)]
    [InlineData(1, true)]
    [InlineData(1.1, false)]
    public void LmResNet_IsZeroStableWithinItsBoundsOnly(double k, bool isStable)
    {
        // ẋ = cos t from a start that is off by nothing: what grows is round-off and the first step's error alone.
        var field = Function(1, (t, _, dy) => dy[0] = Math.Cos(t));
        double[] sizes = [.. new[] { 100, 400 }.Select(steps => Math.Abs(Problems.Solve(Problem(field, LmResNet.Of(k), new ConstantStep(steps), [0], 0, 1))[0] - Math.Sin(1)))];
        Assert.Equal(isStable, LmResNet.IsZeroStable(k));
        Assert.Equal(isStable, sizes[1] < sizes[0]);
    }

    [Fact]
    public void Find_TakesDepthAndK()
    {
        Assert.Equal(8, ((ExplicitRungeKutta)StepperCatalog.Find("fractalnet4")!).Tableau.Stages);
        Assert.Equal("lm:0.25", StepperCatalog.Find("lm:0.25")!.Name);
        Assert.NotNull(StepperCatalog.Find("coupled-fractalnet2"));
        Assert.Null(StepperCatalog.Find("fractalnetx"));
        Assert.Null(StepperCatalog.Find("lm:"));
        Assert.Contains("−1 < k ≤ 1", Assert.Throws<ArgumentOutOfRangeException>(() => StepperCatalog.Find("lm:-1.1")).Message, StringComparison.Ordinal);
        Assert.Contains("euler", Assert.Throws<ArgumentOutOfRangeException>(() => StepperCatalog.Find("fractalnet1")).Message, StringComparison.Ordinal);
    }

    private static double[] Run(IStepper stepper) => Problems.Solve(Problem(NonAutonomous, stepper, new ConstantStep(Steps), _start, 0, Span));

    private static double[] F(double t, double[] y) => [y[1] * Math.Cos(t), -Math.Sin(y[0]) + (0.3 * y[0] * y[1])];

    private static double[] Times(double factor, double[] vector) => [.. vector.Select(entry => factor * entry)];

    private static double[] Sum(params double[][] vectors) => [.. Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Sum(vector => vector[i]))];

    private static void AssertEqual(double[] expected, double[] actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance);
        }
    }
}
