using FlowOde.Solvers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

/// <summary>Every adaptive method with every set of exponents and both limiters, bounds and forced times included.</summary>
public class ControlMatrixTests
{
    private const double End = 3;
    private const double Tolerance = 1e-4;
    private const string Fehlberg = "fehlberg2";

    private static readonly (string Name, PidCoefficients Coefficients)[] _coefficients =
    [
        (nameof(PidCoefficients.I), PidCoefficients.I),
        (nameof(PidCoefficients.Dopri5), PidCoefficients.Dopri5),
        (nameof(PidCoefficients.Pi42), PidCoefficients.Pi42),
        (nameof(PidCoefficients.Pi33), PidCoefficients.Pi33),
        (nameof(PidCoefficients.Pi34), PidCoefficients.Pi34),
        (nameof(PidCoefficients.H211Pi), PidCoefficients.H211Pi),
        (nameof(PidCoefficients.H211B), PidCoefficients.H211B),
        (nameof(PidCoefficients.H312Pid), PidCoefficients.H312Pid),
    ];

    private static readonly double[] _forced = [0.7, 0.71, 1.9];

    // A driven pendulum: nonlinear, depends on time, of second order so that every method can integrate it.
    private static readonly Pendulum _field = new();
    private static readonly double[] _exact = Both(Solve(StepperCatalog.Find("dopri8")!, new ConstantStep(100)));

    public static TheoryData<string> Methods => [.. StepperCatalog.All.Where(stepper => stepper.EmbeddedOrder > 0).Select(stepper => stepper.Name)];

    /// <summary>All sets are in the matrix: a new one fails this until it is.</summary>
    [Fact]
    public void Coefficients_OfTheMatrix_AreAllThereAre() =>
        Assert.Equal(
            typeof(PidCoefficients).GetProperties(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static).Select(property => property.Name).Order(),
            _coefficients.Select(one => one.Name).Order());

    [Theory]
    [MemberData(nameof(Methods))]
    public void Solve_WithEveryControl_MeetsTheToleranceInABoundedNumberOfSteps(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        double tolerance = name == Fehlberg ? 0.1 * Tolerance : Math.Min(stepper.Order, stepper.EmbeddedOrder) == 1 ? 10 * Tolerance : Tolerance, allowed = Allowed(stepper, tolerance);
        int? usual = null;
        foreach (var (controls, controller) in Controls(tolerance))
        {
            using var solution = Solve(stepper, controller);
            double error = Distance(Both(solution));
            int tried = solution.Statistics.AcceptedSteps + solution.Statistics.RejectedSteps;
            usual ??= tried;
            Assert.True(error < allowed, $"{name} with {controls}: error {error:E2} at a tolerance of {tolerance:E0}, allowed {allowed:E1}");
            Assert.True(tried <= (4 * usual) + 40, $"{name} with {controls}: {tried} steps, where the elementary controller takes {usual}");
            Assert.True(solution.Statistics.RejectedSteps <= (solution.Statistics.AcceptedSteps / 2) + 5, $"{name} with {controls}: {solution.Statistics.RejectedSteps} rejected of {tried}");
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Solve_WithEveryControlAndBounds_KeepsThemAndMeetsForcedTimes(string name)
    {
        const double shortest = 0.01, longest = 0.09;
        var stepper = StepperCatalog.Find(name)!;
        foreach (var (controls, controller) in Controls(0.05)) // the shortest step is never too long for it
        {
            using var solution = Solve(stepper, controller with { MinStep = shortest, MaxStep = longest }, _forced);
            double[] times = [.. solution.Statistics.Profiles[0].Times];
            Assert.All(_forced, time => Assert.True(times.Contains(time), $"{name} with {controls}: no step ends at {time}"));
            for (int i = 1; i < times.Length; i++)
            {
                // What is left to a time that must be met may be shorter, and two halves of what is left too.
                double length = times[i] - times[i - 1];
                bool isLast = _forced.Append(End).Any(time => time - times[i - 1] is > 0 and < 2 * shortest);
                Assert.True(length <= longest * (1 + 1e-12) && (isLast || length >= shortest * (1 - 1e-9)), $"{name} with {controls}: a step of {length:R} at {times[i - 1]:R}");
            }

            Assert.InRange(Distance(Both(solution)), 0, 0.2);
        }
    }

    private static IEnumerable<(string Name, PidController Controller)> Controls(double tolerance)
    {
        foreach (var (name, coefficients) in _coefficients)
        {
            foreach (var limiter in StepLimiter.All)
            {
                yield return ($"{name}, {limiter.Name}", Pid(tolerance) with { Coefficients = coefficients, Limiter = limiter, MayShrinkAfterAcceptance = coefficients != PidCoefficients.I });
            }
        }
    }

    /// <summary>Where the estimate is of a lower order than the solution that goes on, errors are of the size of the tolerance; else of its power p/(p + 1). Fehlberg's pair differs by h(k_3 − k_1)/512, which is the error of the first-order solution, and says of the other one that much less.</summary>
    private static double Allowed(IStepper stepper, double tolerance) =>
        (stepper.Name == Fehlberg ? 512 : 30) * (stepper.EmbeddedOrder < stepper.Order ? tolerance : Math.Pow(tolerance, stepper.Order / (stepper.Order + 1.0)));

    private static OdeSolution Solve(IStepper stepper, IStepSizeController controller, IReadOnlyList<double>? forced = null)
    {
        var start = new FlatVector(_field.StateLayout(1), ScalarType.Float64);
        (start.AsSpan<double>(0)[0], start.AsSpan<double>(1)[0]) = (0.8, -0.4);
        return OdeSolver.Solve(new() { Field = _field, Stepper = stepper, Controller = controller, Start = start, Times = [0, End], ForcedTimes = forced ?? [], Pool = new(), Limits = new() { MaxSteps = 5_000 } });
    }

    private static double[] Both(OdeSolution solution)
    {
        using (solution)
        {
            return [solution.Final.AsSpan<double>(0)[0], solution.Final.AsSpan<double>(1)[0]];
        }
    }

    private static double Distance(double[] end) => Math.Max(Math.Abs(end[0] - _exact[0]), Math.Abs(end[1] - _exact[1]));

    private sealed class Pendulum : IVectorField
    {
        public object WorkspaceKey => this;

        public VectorLayout StateLayout(long rows) => new(new Segment("q", rows) { IsBatched = true }, new Segment("p", rows) { IsBatched = true });

        public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

        public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
        {
            intoDerivative.AsSpan<double>(0)[0] = state.AsSpan<double>(1)[0];
            intoDerivative.AsSpan<double>(1)[0] = (-1.3 * Math.Sin(state.AsSpan<double>(0)[0])) + (0.4 * Math.Cos(time.Shared));
        }
    }
}
