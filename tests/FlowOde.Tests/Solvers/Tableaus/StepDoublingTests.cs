using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Tableaus;

/// <summary>Two half steps against a whole one.</summary>
public class StepDoublingTests
{
    private static readonly double[] _start = [0.8, -0.4];

    /// <summary>The solution of a doubled step is two half steps plus their difference from one step, over 2^p − 1.</summary>
    [Theory]
    [InlineData("euler")]
    [InlineData("heun2")]
    [InlineData("kutta3")]
    [InlineData("rk4")]
    [InlineData("dopri5")]
    [InlineData("backward-euler")]
    [InlineData("trapezoid")]
    [InlineData("sdirk2")]
    [InlineData("trbdf2")]
    [InlineData("radau3")]
    [InlineData("gauss4")]
    public void Try_OfADoubledMethod_IsTwoHalfStepsWithRichardsonsError(string name)
    {
        var method = StepperCatalog.Find(name)!;
        double[] At(IStepper stepper, int steps) => Problems.Solve(Problem(NonAutonomous, stepper, new ConstantStep(steps), _start, 0.3, 0.7));
        var (once, twice) = (At(method, 1), At(method, 2));
        double[] doubled = At(StepperCatalog.Find($"doubled-{name}")!, 1);
        for (int i = 0; i < 2; i++)
        {
            double error = (twice[i] - once[i]) / (Math.Pow(2, method.Order) - 1);
            Assert.True(Math.Abs(error) > 1e-11, $"the estimate is {error:E2} only");
            Assert.Equal(twice[i] + error, doubled[i], method is ExplicitRungeKutta ? 1e-14 : 1e-13); // Newton's iteration ends at round-off of each stage
        }
    }

    [Fact]
    public void Of_Rk4_HasElevenStagesAndOrderFiveWithAnEmbeddedFour()
    {
        var tableau = StepDoubling.Of(ClassicRk4.Tableau);
        Assert.Equal((11, 5, 4), (tableau.Stages, tableau.Order, tableau.EmbeddedOrder));
    }

    [Fact]
    public void Find_OfADoubledMethod_DoublesAnyRungeKuttaMethodUpToOrderSeven()
    {
        Assert.Equal(3, StepperCatalog.Find("doubled-heun2")!.Order);
        Assert.Equal("coupled-doubled-heun2", StepperCatalog.Find("coupled-doubled-heun2")!.Name);
        Assert.Contains("'dopri8'", Assert.Throws<ArgumentOutOfRangeException>(() => StepperCatalog.Find("doubled-dopri8")).Message, StringComparison.Ordinal);
    }

    /// <summary>Implicit methods without an error estimate adapt as doubled ones, on stiff equations too.</summary>
    [Theory]
    [InlineData("backward-euler", 2, 1, 3)]
    [InlineData("trapezoid", 3, 2, 5)]
    [InlineData("sdirk3", 4, 3, 9)]
    [InlineData("radau3", 4, 3, 6)]
    [InlineData("gauss4", 5, 4, 6)]
    public void Solve_OfADoubledImplicitMethod_AdaptsOnAStiffEquation(string name, int order, int embedded, int stages)
    {
        var doubled = StepperCatalog.Find($"doubled-{name}")!;
        Assert.Equal((order, embedded, stages), (doubled.Order, doubled.EmbeddedOrder, doubled.Stages));
        var field = Function(2, (t, y, dy) => (dy[0], dy[1]) = ((-1000 * (y[0] - Math.Cos(t))) - Math.Sin(t), y[0] - y[1]));
        double exact = ((Math.Cos(2) + Math.Sin(2)) / 2) - (Math.Exp(-2) / 2);
        using var solution = OdeSolver.Solve(Problem(field, doubled, Pid(1e-6), [1, 0], 0, 2));
        Assert.Equal(exact, solution.Final.AsSpan<double>(0)[1], 2e-5);
        Assert.InRange(solution.Statistics.AcceptedSteps, 5, 900);
    }

    /// <summary>A doubled method is a Runge–Kutta method, so that every gradient method goes with it but the one for steps that can be undone.</summary>
    [Fact]
    public void Supports_OfADoubledMethod_LeavesOutReversibleAlone()
    {
        var doubled = StepperCatalog.Find("doubled-rk4")!;
        Assert.Equal(["reversible"], AdjointCatalog.All.Where(adjoint => !adjoint.Supports(doubled, out _)).Select(adjoint => adjoint.Name));
    }
}
