using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using Xunit.Abstractions;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>What implicit methods are for, stiff equations, and what can go wrong in their equations.</summary>
public class ImplicitRungeKuttaTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. StepperCatalog.All.OfType<ImplicitRungeKutta>().Select(stepper => stepper.Name)];

    public static TheoryData<string, string> StiffSolves
    {
        get
        {
            var solves = new TheoryData<string, string>();
            foreach (var stepper in StepperCatalog.All.OfType<ImplicitRungeKutta>().Where(stepper => stepper.EmbeddedOrder > 0))
            {
                foreach (var problem in new[] { StiffProblem.VanDerPol, StiffProblem.Robertson, StiffProblem.Hires })
                {
                    solves.Add(stepper.Name, problem.Name);
                }
            }

            return solves;
        }
    }

    /// <summary>ẏ = λ(y − cos t) − sin t with λ = −1e6 (Prothero, Robinson 1974): hλ = −1e5, and the solution is cos t. An explicit method would multiply an error by 1e5 and more a step.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_OfProtheroAndRobinson_StaysAtTheSolution(string name)
    {
        const double lambda = -1e6;
        var field = Function(1, (t, y, dy) => dy[0] = (lambda * (y[0] - Math.Cos(t))) - Math.Sin(t));
        double end = Problems.Solve(Problem(field, StepperCatalog.Find(name)!, new ConstantStep(100), [1], 0, 10))[0];
        output.WriteLine($"{name}: {Math.Abs(end - Math.Cos(10)):E1}");
        Assert.InRange(Math.Abs(end - Math.Cos(10)), 0, name is "implicit-midpoint" or "gauss4" or "trapezoid" ? 5e-3 : 1e-7);
    }

    /// <summary>
    /// The same adaptively, from beside the solution: what is fast is gone after a few steps, and the others are as long as cos t allows. With derivatives
    /// f(t, Y), in which λ multiplies what Newton's iteration leaves, or with errors that are not filtered, there are two to four times as many.
    /// </summary>
    [Theory]
    [InlineData("trbdf2", 150)]
    [InlineData("kvaerno3", 150)]
    [InlineData("kvaerno5", 50)]
    [InlineData("radau5", 60)]
    public void Solve_OfProtheroAndRobinsonAdaptively_TakesLongSteps(string name, int most)
    {
        const double lambda = -1e6;
        var field = Function(1, (t, y, dy) => dy[0] = (lambda * (y[0] - Math.Cos(t))) - Math.Sin(t));
        using var solution = OdeSolver.Solve(Problem(field, StepperCatalog.Find(name)!, Pid(1e-6), [1.5], 0, 10));
        double apart = Math.Abs(solution.Final.AsSpan<double>(0)[0] - Math.Cos(10));
        var cost = solution.Statistics;
        output.WriteLine($"{name}: {apart:E1} apart; {cost.AcceptedSteps} steps, {cost.RejectedSteps} rejected, {cost.Evaluations} evaluations");
        Assert.InRange(apart, 0, 1e-5);
        Assert.InRange(cost.AcceptedSteps + cost.RejectedSteps, 1, most);
    }

    [Theory]
    [MemberData(nameof(StiffSolves))]
    public void Solve_OfAStiffProblem_HasThePublishedSolution(string name, string problemName)
    {
        const double tolerance = 1e-6;
        var problem = StiffProblem.Find(problemName);
        var controller = new PidController { Tolerances = new(tolerance, problem == StiffProblem.Robertson ? 1e-11 : 1e-9) };
        using var solution = OdeSolver.Solve(Problem(problem.Field, StepperCatalog.Find(name)!, controller, problem.Start, 0, problem.End));
        double[] found = solution.Final.AsSpan<double>(0).ToArray();
        double apart = found.Zip(problem.Solution, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max();
        var cost = solution.Statistics;
        output.WriteLine($"{name} on {problemName}: {apart:E1} apart; {cost.AcceptedSteps} steps, {cost.RejectedSteps} rejected, {cost.Evaluations} evaluations");
        Assert.InRange(apart, 0, 1000 * tolerance);
    }

    /// <summary>With λ = −1e6 a step of an L-stable method leaves a 1e5th of what decays, or less; one of an A-stable method changes its sign.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Step_OnAFastDecay_MultipliesByTheStabilityFunction(string name)
    {
        var stepper = (ImplicitRungeKutta)StepperCatalog.Find(name)!;
        var decay = Function(1, (_, y, dy) => dy[0] = -1e6 * y[0]);
        double factor = Problems.Solve(Problem(decay, stepper, new ConstantStep(1), [1], 0, 1))[0];
        double expected = new StabilityFunction(stepper.Tableau.A, stepper.Tableau.B).At(-1e6).Real;
        Assert.Equal(expected, factor, 1e-7);
        Assert.InRange(Math.Abs(factor), 0, stepper.Stability == Stability.LStable ? 1e-4 : 1);
    }

    /// <summary>The same step with the matrix and without it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_ByGmres_EqualsTheDenseSolve(string name)
    {
        double[] start = [0.8, -0.4];
        var tableau = ((ImplicitRungeKutta)StepperCatalog.Find(name)!).Tableau;
        foreach (IStepSizeController controller in new IStepSizeController[] { new ConstantStep(12), tableau.EmbeddedOrder > 0 ? Pid(1e-8) : new ConstantStep(5) })
        {
            double[] dense = Problems.Solve(Problem(NonAutonomous, new ImplicitRungeKutta(tableau), controller, start, 0, 2));
            double[] krylov = Problems.Solve(Problem(NonAutonomous, new ImplicitRungeKutta(tableau) { DenseLimit = 0 }, controller, start, 0, 2));
            Assert.Equal(dense[0], krylov[0], controller is ConstantStep ? 1e-13 : 1e-7);
            Assert.Equal(dense[1], krylov[1], controller is ConstantStep ? 1e-13 : 1e-7);
        }
    }

    [Fact]
    public void Solve_OfAStiffProblemByGmres_HasThePublishedSolution()
    {
        var (problem, controller) = (StiffProblem.Hires, new PidController { Tolerances = new(1e-6, 1e-9) });
        double[] found = Problems.Solve(Problem(problem.Field, new ImplicitRungeKutta(Kvaerno5.Tableau) { DenseLimit = 0 }, controller, problem.Start, 0, problem.End));
        Assert.InRange(found.Zip(problem.Solution, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max(), 0, 1e-3);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(0)]
    public void Solve_OfAFieldWithTangents_UsesThem(int denseLimit)
    {
        foreach (var tableau in new[] { Kvaerno5.Tableau, Radau5.Tableau })
        {
            var (field, stepper) = (new DiagonalField(), new ImplicitRungeKutta(tableau) { DenseLimit = denseLimit });
            double[] end = Problems.Solve(Problem(field, stepper, Pid(1e-9), [1, 1, 1], 0, 1));
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(Math.Exp(-DiagonalField.Rates[i]), end[i], 1e-7);
            }

            Assert.True(field.Tangents > 0);
        }
    }

    /// <summary>ẏ = y with h = 1: I − hJ of the backward Euler method is 0.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(0)]
    public void Solve_WithASingularNewtonMatrix_SaysSo(int denseLimit)
    {
        var stepper = new ImplicitRungeKutta(BackwardEuler.Tableau) { DenseLimit = denseLimit };
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(Function(1, (_, y, dy) => dy[0] = y[0]), stepper, new ConstantStep(2), [1], 0, 2)));
        Assert.Contains("singular", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, error.Time);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_IntoAFieldThatIsNaN_SaysSoWhereItIs(string name)
    {
        var field = Function(1, (t, y, dy) => dy[0] = t > 0.5 ? double.NaN : -y[0]);
        var stepper = StepperCatalog.Find(name)!;
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(field, stepper, new ConstantStep(20), [1], 0, 1)));
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Time, 0.449, 0.501);
        if (stepper.EmbeddedOrder > 0)
        {
            error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(field, stepper, Pid(1e-6), [1], 0, 1)));
            Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
            Assert.InRange(error.Time, 0.4, 0.5 + 1e-9);
        }
    }

    /// <summary>y = h·10(1 + y²) has no real solution for h = 1.</summary>
    [Fact]
    public void Solve_OfAStepWithoutSolution_SaysThatNewtonsIterationFails()
    {
        var field = Function(1, (_, y, dy) => dy[0] = 10 * (1 + (y[0] * y[0])));
        var error = Assert.Throws<OdeSolveException>(() => Problems.Solve(Problem(field, StepperCatalog.Find("backward-euler")!, new ConstantStep(1), [0], 0, 1)));
        Assert.Contains("does not converge", error.Message, StringComparison.Ordinal);
    }

    /// <summary>An adaptive solve shortens steps whose equations are not solved: from 1 the solution of ẏ = y² grows without bound at t = 1.</summary>
    [Theory]
    [InlineData("kvaerno5")]
    [InlineData("radau5")]
    [InlineData("trbdf2")]
    public void Solve_NearASingularity_ShortensItsSteps(string name)
    {
        var field = Function(1, (_, y, dy) => dy[0] = y[0] * y[0]);
        Assert.Equal(100, Problems.Solve(Problem(field, StepperCatalog.Find(name)!, new PidController { Tolerances = new(1e-7, 1e-7), FirstStep = 0.9 }, [1], 0, 0.99))[0], 0.5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_InFloat32_IsAsExactAsFloat32(string name)
    {
        using var field = new ModuleField(new Cosine(), 2);
        double[] End(ScalarType dtype, int denseLimit)
        {
            using var scope = NewDisposeScope();
            using Scalar value = 0.3;
            using var start = new FlatVector(field.StateLayout(3), dtype);
            start[0].fill_(value);
            var stepper = new ImplicitRungeKutta(((ImplicitRungeKutta)StepperCatalog.Find(name)!).Tableau) { DenseLimit = denseLimit };
            using var solution = OdeSolver.Solve(new() { Field = field, Stepper = stepper, Controller = new ConstantStep(10), Start = start, Times = [0, 1], Pool = new() });
            return solution.Final[0].to(ScalarType.Float64).data<double>().ToArray();
        }

        double[] exact = End(ScalarType.Float64, 64);
        foreach (int denseLimit in new[] { 64, 0 })
        {
            Assert.All(End(ScalarType.Float32, denseLimit).Zip(exact), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
        }
    }

    /// <summary>Newton's iteration keeps its Jacobian while it serves: a linear equation needs one.</summary>
    [Fact]
    public void Solve_OfALinearEquation_TakesOneJacobian()
    {
        var field = Function(20, (_, y, dy) =>
        {
            for (int i = 0; i < y.Length; i++)
            {
                dy[i] = -(i + 1) * y[i];
            }
        });
        const int steps = 50, stages = 1, jacobian = 20;
        using var solution = OdeSolver.Solve(Problem(field, StepperCatalog.Find("backward-euler")!, new ConstantStep(steps), [.. Enumerable.Repeat(1.0, 20)], 0, 1));
        Assert.InRange(solution.Statistics.Evaluations, steps * stages * 2, jacobian + (steps * stages * 5));
    }

    /// <summary>Recorded steps are made from their starts alone: a plain solve differs from them by Newton's tolerance only.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Record_OfASolve_HasThePlainSolution(string name)
    {
        using var field = new RolesField(3);
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float64);
        start.AsSpan<double>(0).Fill(0.4);
        start.AsSpan<double>(1).Fill(-0.7);
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find(name)!, Controller = new ConstantStep(7), Start = start, Times = [0, 1], Pool = new() };
        using var plain = OdeSolver.Solve(problem);
        using var record = new DirectAdjoint().Record(problem, new(long.MaxValue));
        Assert.All(plain.Final.AsSpan<double>().ToArray().Zip(record.Final.AsSpan<double>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
    }

    /// <summary>The gradient of a stiff step of ẏ = θy is known: y1 = R(hθ)y0, so ∂y1/∂y0 = R, ∂y1/∂θ = hR'y0 and ∂y1/∂h = θR'y0.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Pullback_OfAStiffStep_IsTheDerivativeOfTheStabilityFunction(string name)
    {
        const double step = 0.1, start = 1.3;
        var stepper = (ImplicitRungeKutta)StepperCatalog.Find(name)!;
        var stability = new StabilityFunction(stepper.Tableau.A, stepper.Tableau.B);
        foreach (double theta in new[] { -3, -800, -2e5 })
        {
            using var field = new ScalarField(theta, (_, z, p) => p * z, (_, _, p) => p, (_, z, _) => z);
            var gradient = Adjoints.ScalarGradient.Of(Problem(field, stepper, new ConstantStep(1), [start], 0, step), new DirectAdjoint(), 1);
            double z = step * theta, shift = 1e-4 * z, slope = (stability.At(z + shift).Real - stability.At(z - shift).Real) / (2 * shift);
            Assert.Equal(stability.At(z).Real, gradient.ByStart, 1e-9);
            Assert.Equal(1, gradient.ByParameter / (step * slope * start), 1e-3); // the slope is a difference of tiny numbers
            Assert.Equal(1, gradient.ByTime[1] / (theta * slope * start), 1e-3);
            Assert.True(gradient.Cost.Pullbacks > stepper.Stages);
        }
    }

    /// <summary>More rows than the dense limit, by GMRES forward and back, against each row alone by factors of its matrix.</summary>
    [Theory]
    [InlineData("sdirk2")]
    [InlineData("kvaerno5")]
    [InlineData("gauss4")]
    [InlineData("radau5")]
    public void Pullback_OfManyRows_EqualsTheRowsOneByOne(string name)
    {
        const int rows = 40;
        using var field = new RolesField(3);
        var random = new Random(23);
        double[] z = [.. Enumerable.Range(0, 3 * rows).Select(_ => random.NextDouble() - 0.5)], c = [.. Enumerable.Range(0, 3 * rows).Select(_ => random.NextDouble() - 0.5)];
        (double[] Gradient, double[] Start) Of(int from, int count)
        {
            var start = new FlatVector(field.StateLayout(count), ScalarType.Float64);
            z.AsSpan(3 * from, 3 * count).CopyTo(start.AsSpan<double>(0));
            c.AsSpan(3 * from, 3 * count).CopyTo(start.AsSpan<double>(1));
            var run = Adjoints.GradientRun.Of(new() { Field = field, Stepper = StepperCatalog.Find(name)!, Controller = new ConstantStep(4), Start = start, Times = [0, 1.5], Pool = new() }, new CheckpointedAdjoint());
            return (run.Parameters, run.Start);
        }

        var together = Of(0, rows);
        double[] sum = new double[together.Gradient.Length];
        for (int row = 0; row < rows; row++)
        {
            var alone = Of(row, 1);
            sum = [.. sum.Zip(alone.Gradient, (a, b) => a + b)];
            Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(alone.Start[i], together.Start[(3 * row) + i], 1e-11));
        }

        Assert.InRange(Adjoints.GradientRun.Distance(sum, together.Gradient), 0, 1e-11);
    }

    /// <summary>On the grid that an adaptive solve accepted, all exact methods have one gradient.</summary>
    [Theory]
    [InlineData("trbdf2")]
    [InlineData("kvaerno3")]
    [InlineData("kvaerno5")]
    [InlineData("radau5")]
    public void Pullback_OfAnAdaptiveStiffSolve_AgreesWithDifferencesOnItsGrid(string name)
    {
        using var field = new ScalarField(-500, (t, z, p) => (p * (z - Math.Cos(t))) - (z * z), (_, z, p) => p - (2 * z), (t, z, _) => z - Math.Cos(t));
        var problem = Problem(field, StepperCatalog.Find(name)!, Pid(1e-6), [1.5], 0, 1);
        double[] grid;
        using (var record = new DirectAdjoint().Record(problem, new(long.MaxValue)))
        {
            grid = [.. record.Grid];
        }

        var frozen = problem with { Controller = new FrozenGrid(grid, problem.Times) };
        var gradient = Adjoints.ScalarGradient.Of(problem, new DirectAdjoint(), 1);
        Assert.Equal(gradient.ByParameter, Adjoints.ScalarGradient.Of(problem, new BinomialAdjoint { Checkpoints = 3 }, 1).ByParameter);
        double End(double shift)
        {
            field.Parameters.AsSpan<double>(0)[0] += shift;
            double end = Problems.Solve(frozen)[0];
            field.Parameters.AsSpan<double>(0)[0] -= shift;
            return end;
        }

        const double h = 1e-2;
        double difference = (End(h) - End(-h)) / (2 * h);
        Assert.Equal(1, gradient.ByParameter / difference, 1e-6);
    }

    [Fact]
    public void Constructors_OfTheOtherKind_AreRefused()
    {
        Assert.Contains("explicit", Assert.Throws<ArgumentException>(() => new ImplicitRungeKutta(Dopri5.Tableau)).Message, StringComparison.Ordinal);
        Assert.Contains("implicit", Assert.Throws<ArgumentException>(() => new ExplicitRungeKutta(Radau5.Tableau)).Message, StringComparison.Ordinal);
        Assert.Contains("implicit", Assert.Throws<ArgumentException>(() => ReversibleCoupling.Of(Radau5.Tableau)).Message, StringComparison.Ordinal);
        Assert.Null(StepperCatalog.Find("coupled-radau5"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Supports_OfGradientMethods_RefusesThoseForOtherKindsByName(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        foreach (var adjoint in AdjointCatalog.All)
        {
            bool isForOthers = adjoint is SymplecticAdjoint or ReversibleAdjoint or BackpropagationAdjoint;
            Assert.Equal(!isForOthers, adjoint.Supports(stepper, out string reason));
            Assert.Equal(isForOthers, reason.Contains($"'{name}'", StringComparison.Ordinal));
        }
    }

    private sealed class Cosine() : nn.Module<Tensor, Tensor, Tensor>(nameof(Cosine))
    {
        public override Tensor forward(Tensor time, Tensor state) => state.Plus(state).cos() - (time * state);
    }

    /// <summary>ẏ_i = −r_i y_i with its tangents.</summary>
    private sealed class DiagonalField : ITangentField
    {
        public static double[] Rates { get; } = [1, 5, 2000];

        public int Tangents { get; private set; }

        public object WorkspaceKey => this;

        public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, 3) { IsBatched = true });

        public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

        public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative) => Multiply(state, intoDerivative);

        public void Tangent(EvaluationTime time, FlatVector state, FlatVector direction, FieldTape tape, FlatVector intoTangent)
        {
            Tangents++;
            Multiply(direction, intoTangent);
        }

        private static void Multiply(FlatVector from, FlatVector into)
        {
            for (int i = 0; i < 3; i++)
            {
                into.AsSpan<double>(0)[i] = -Rates[i] * from.AsSpan<double>(0)[i];
            }
        }
    }
}
