using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Stiffness;

/// <summary>Solves that go on with another method where their equation is stiff.</summary>
public class StiffFallbackTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;
    private static readonly IStepper _kvaerno5 = StepperCatalog.Find("kvaerno5")!;

    private static FunctionField Cosine => Function(1, (t, y, dy) => dy[0] = (-1e6 * (y[0] - Math.Cos(t))) - Math.Sin(t));

    private static OdeProblem Stiff => Problem(Cosine, _dopri5, Pid(1e-6), [1], 0, 1, 2) with { Limits = new() { MaxSteps = 200 }, StiffFallback = _kvaerno5 };

    [Fact]
    public void Solve_OfAStiffEquation_IsThatOfTheOtherMethod()
    {
        Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Stiff with { StiffFallback = null }));
        using var solution = OdeSolver.Solve(Stiff);
        using var expected = OdeSolver.Solve(Stiff with { Stepper = _kvaerno5, StiffFallback = null });
        using var dense = OdeSolver.SolveDense(Stiff);
        using var between = solution.Final.Clone();
        dense.Evaluate(1.5, between);
        Assert.Equal(Math.Cos(2), solution.Final.AsSpan<double>()[0], 1e-5);
        Assert.Equal(Math.Cos(1.5), between.AsSpan<double>()[0], 0.02); // a cubic over a step as long as one
        Assert.Equal(expected.Statistics, solution.Statistics);
    }

    /// <summary>An equation that fails for another reason fails still.</summary>
    [Fact]
    public void Solve_OfASolutionWithoutBound_StillFails() =>
        Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Problem(Function(1, (_, y, dy) => dy[0] = y[0] * y[0]), _dopri5, Pid(1e-6), [1], 0, 2) with { StiffFallback = _kvaerno5 }));

    /// <summary>
    /// Robertson's reactions at tolerances that do not see the fast one: steps beyond the bound of stability pass until one throws the solution to where it grows without bound, though the true one decays.
    /// </summary>
    [Theory]
    [InlineData("dopri5", 1e-4)]
    [InlineData("dopri5", 1e-5)]
    [InlineData("dopri8", 1e-4)]
    [InlineData("adams", 1e-4)]
    [InlineData("tsit5", 1e-4)]
    public void Solve_OfAStiffEquationThatIsThrownOff_IsThatOfTheOtherMethod(string name, double tolerance)
    {
        var problem = Robertson(StepperCatalog.Find(name)!, tolerance);
        var failure = Assert.Throws<OdeSolveException>(() => Problems.Solve(problem with { StiffFallback = null }));
        Assert.True(failure.Diagnosis is { IsStiff: true, EarlierTime: > 0 and < 1 }, failure.Message);
        Assert.InRange(failure.Diagnosis.Rate, 1e3, 1e5);
        Assert.Contains("the equation was stiff: ", failure.Message, StringComparison.Ordinal);
        double[] end = Problems.Solve(problem);
        Assert.Equal(Problems.Solve(problem with { Stepper = _kvaerno5, StiffFallback = null }), end);
        Assert.InRange(Math.Abs(end[0] - 0.7158270687194), 0, 20 * tolerance);
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-5)]
    [InlineData(1e-6)]
    public void Solve_OfRobertsonsReactionsByDopri5_ArrivesAtLooseTolerances(double tolerance) =>
        Assert.InRange(Math.Abs(Problems.Solve(Robertson(_dopri5, tolerance))[0] - 0.7158270687194), 0, 50 * tolerance);

    /// <summary>Growth that is the solution's own is told as such at any tolerance, even behind a calm beginning, and no other method is tried.</summary>
    [Theory]
    [InlineData(1e-2, 1.0)]
    [InlineData(1e-4, 1.0)]
    [InlineData(1e-6, 0.02)]
    [InlineData(1e-10, 0.02)]
    public void Solve_OfASolutionWithoutBound_IsToldAsGrowth(double tolerance, double start)
    {
        var field = Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[0] * y[0], -y[1]));
        var problem = Problem(field, _dopri5, Pid(tolerance), [start, 1], 0, 2 / start) with { StiffFallback = _kvaerno5 };
        var failure = Assert.Throws<OdeSolveException>(() => Problems.Solve(problem));
        Assert.False(failure.Diagnosis!.IsStiff, failure.Message);
        Assert.Contains("the solution grows: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, Assert.Throws<OdeSolveException>(() => Problems.Solve(problem with { StiffFallback = null })).Message);
    }

    /// <summary>A row that was thrown off is solved for from its start.</summary>
    [Fact]
    public void Solve_ByRows_MakesARowThatWasThrownOffAnewFromItsStart()
    {
        var field = new RowReactions([0, 1]);
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float64);
        (start.AsSpan<double>(0)[0], start.AsSpan<double>(0)[3]) = (1, 1);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-5), Start = start, Times = [0, 0.01, 40], Pool = new(), IsPerRow = true, StiffFallback = _kvaerno5 };
        using var solution = OdeSolver.Solve(problem);
        Assert.Equal(Math.Exp(-0.04 * 40), solution.Final.AsSpan<double>(0)[0], 1e-4);
        Assert.Equal(0.7158270687194, solution.Final.AsSpan<double>(0)[3], 2e-4);
        Assert.True(solution.IsComplete);
        var failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(problem with { StiffFallback = null }));
        Assert.True(failure.Diagnosis is { IsStiff: true, EarlierTime: > 0, Row: 1 }, failure.Message);
        Assert.StartsWith("Row 1: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("auto")]
    [InlineData("interpolated")]
    public void Record_OfAStiffEquation_HasTheGradientOfTheOtherMethod(string name)
    {
        using var field = new DecayField(1e4);
        using var start = State(field.StateLayout(1), 1);
        using var cotangent = State(field.StateLayout(1), 1);
        using FlatVector intoStart = start.CreateLike(), gradient = new(field.Parameters.Layout, ScalarType.Float64);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-6), Start = start, Times = [0, 0.1], Pool = new(), Limits = new() { MaxSteps = 150 }, StiffFallback = _kvaerno5 };
        var adjoint = AdjointCatalog.Find(name)!;
        Assert.Throws<OdeSolveException>(() => adjoint.Record(problem with { StiffFallback = null }, new TapeBudget(1 << 24)));
        using var record = adjoint.Record(problem, new TapeBudget(1 << 24));
        using var expected = adjoint.Record(problem with { Stepper = _kvaerno5, StiffFallback = null }, new TapeBudget(1 << 24));
        Assert.Equal(expected.Final.AsSpan<double>().ToArray(), record.Final.AsSpan<double>().ToArray());
        record.Pullback([cotangent], intoStart, gradient);
        Assert.True(double.IsFinite(intoStart.AsSpan<double>()[0]));
    }

    [Theory]
    [InlineData("reversible", "reversible-heun")]
    [InlineData("symplectic", "dopri5")]
    public void Record_WithAGradientMethodThatCannot_IsRefused(string adjoint, string method)
    {
        using var field = new DecayField(1);
        using var start = State(field.StateLayout(1), 1);
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find(method)!, Controller = Pid(1e-4), Start = start, Times = [0, 1], Pool = new(), StiffFallback = _kvaerno5 };
        Assert.Contains("kvaerno5", Assert.Throws<ArgumentException>(() => AdjointCatalog.Find(adjoint)!.Record(problem, new TapeBudget(1 << 24))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_WithAMethodWithoutErrorEstimate_IsRefused() =>
        Assert.Contains("gauss4", Assert.Throws<ArgumentException>(() => OdeSolver.Solve(Stiff with { StiffFallback = StepperCatalog.Find("gauss4")! })).Message, StringComparison.Ordinal);

    /// <summary>Of a batch by rows only the stiff row is solved for anew; the others are as they are without it.</summary>
    [Fact]
    public void Solve_ByRows_MakesOnlyTheStiffRowAnew()
    {
        double[] rates = [1, 1e5, 3];
        using var start = new FlatVector(new StiffnessProbeTests.RowDecay(rates).StateLayout(3), ScalarType.Float64);
        start[0].Fill(1);
        var problem = new OdeProblem { Field = new StiffnessProbeTests.RowDecay(rates), Stepper = _dopri5, Controller = Pid(1e-8), Start = start, Times = [0, 0.5, 1], Pool = new(), IsPerRow = true, Limits = new() { MaxSteps = 500 }, StiffFallback = _kvaerno5 };
        using var solution = OdeSolver.Solve(problem);
        double[] halves = solution.States[0].AsSpan<double>(0).ToArray(), ends = solution.Final.AsSpan<double>(0).ToArray();
        for (int row = 0; row < 3; row++)
        {
            Assert.Equal(Math.Exp(-0.5 * rates[row]), halves[row], 1e-6);
            Assert.Equal(Math.Exp(-rates[row]), ends[row], 1e-6);
        }

        using var others = OdeSolver.Solve(problem with { Start = Rows(start, 2), Field = new StiffnessProbeTests.RowDecay([1, 3]) });
        Assert.Equal(others.Rows!.Accepted, [solution.Rows!.Accepted[0], solution.Rows.Accepted[2]]);
        Assert.True(solution.Rows.Accepted[1] + solution.Rows.Rejected[1] > 500);
        Assert.True(solution.IsComplete);
    }

    /// <summary>An event that a stiff row meets after its method changed is found, and ends that row.</summary>
    [Fact]
    public void Solve_ByRowsWithAnEvent_FindsItBehindTheChangeOfTheMethod()
    {
        double[] rates = [1, 1e5, 3];
        using var start = new FlatVector(new StiffnessProbeTests.RowDecay(rates).StateLayout(3), ScalarType.Float64);
        start[0].Fill(1);
        var half = new OdeEvent { Name = "time", Value = (time, _) => time - 0.5, IsTerminal = true };
        using var solution = OdeSolver.Solve(new OdeProblem { Field = new StiffnessProbeTests.RowDecay(rates), Stepper = _dopri5, Controller = Pid(1e-8), Start = start, Times = [0, 0.25, 1], Pool = new(), IsPerRow = true, Limits = new() { MaxSteps = 500 }, StiffFallback = _kvaerno5, Events = [half] });
        Assert.Equal([0, 1, 2], solution.Occurrences.Select(one => one.Row!.Value).Order());
        Assert.All(solution.Rows!.Times, time => Assert.Equal(0.5, time, 1e-12));
        Assert.Equal(Math.Exp(-0.5), solution.Final.AsSpan<double>(0)[0], 1e-6);
        Assert.Equal(Math.Exp(-1.5), solution.Final.AsSpan<double>(0)[2], 1e-6);
    }

    /// <summary>The gradient of a batch by rows, of which one is stiff: that one by the other method, the others by theirs.</summary>
    [Fact]
    public void Record_ByRows_ChangesTheMethodOfTheStiffRowOnly()
    {
        using var field = new DecayField(1e4);
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float64);
        using var cotangent = start.CreateLike();
        cotangent[0].Fill(1);
        using FlatVector intoStart = start.CreateLike(), gradient = new(field.Parameters.Layout, ScalarType.Float64);
        start[0].copy_(tensor(new[] { 0.0, 1 }).view(2, 1)); // at rest, and not
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-6), Start = start, Times = [0, 0.1], Pool = new(), Limits = new() { MaxSteps = 150 }, StiffFallback = _kvaerno5, IsPerRow = true };
        using var record = new DirectAdjoint().Record(problem, new TapeBudget(1 << 24));
        record.Pullback([cotangent], intoStart, gradient);
        using var one = State(field.StateLayout(1), 1);
        using var expected = new DirectAdjoint().Record(problem with { Start = one, Stepper = _kvaerno5, StiffFallback = null, IsPerRow = false }, new TapeBudget(1 << 24));
        using var share = new FlatVector(field.Parameters.Layout, ScalarType.Float64);
        using FlatVector oneCotangent = State(field.StateLayout(1), 1), oneStart = one.CreateLike();
        expected.Pullback([oneCotangent], oneStart, share);
        Assert.Equal(expected.Statistics.AcceptedSteps, record.Statistics.Rows!.Accepted[1]);
        Assert.Equal(oneStart.AsSpan<double>(0)[0], intoStart.AsSpan<double>(0)[1]);
        Assert.Equal(share.AsSpan<double>()[0], gradient.AsSpan<double>()[0], 1e-14);
    }

    /// <summary>Where what there is is asked for, the stiff row ends where it stands, and the others arrive.</summary>
    [Fact]
    public void Solve_ByRowsThatMayReturnWhatItHas_EndsTheStiffRowOnly()
    {
        double[] rates = [1, 1e5, 3];
        using var start = new FlatVector(new StiffnessProbeTests.RowDecay(rates).StateLayout(3), ScalarType.Float64);
        start[0].Fill(1);
        using var solution = OdeSolver.Solve(new OdeProblem { Field = new StiffnessProbeTests.RowDecay(rates), Stepper = _dopri5, Controller = Pid(1e-8), Start = start, Times = [0, 1], Pool = new(), IsPerRow = true, Limits = new() { MaxSteps = 500, OnLimit = LimitAction.ReturnPartial } });
        Assert.False(solution.IsComplete);
        Assert.Equal([true, false, true], solution.Rows!.Times.Select(time => time == 1));
        Assert.InRange(solution.Rows.Times[1], 1e-4, 0.5);
        Assert.Equal(Math.Exp(-3), solution.Final.AsSpan<double>(0)[2], 1e-6);
    }

    private static OdeProblem Robertson(IStepper stepper, double tolerance) =>
        Problem(Function(3, (_, y, dy) => RowReactions.Robertson(y, dy)), stepper, Pid(tolerance), [1, 0, 0], 0, 40) with { StiffFallback = _kvaerno5 };

    private static FlatVector Rows(FlatVector like, long rows)
    {
        var start = new FlatVector(new VectorLayout(like.Layout.Segments.Select(segment => new Segment(segment.Name, rows, 1) { IsBatched = true })), ScalarType.Float64);
        start[0].Fill(1);
        return start;
    }

    /// <summary>Rows of three substances: of kind 1 those of Robertson's reactions, of kind 0 the first one's decay alone.</summary>
    private sealed class RowReactions(int[] kinds) : IRowField
    {
        public object WorkspaceKey => nameof(RowReactions);

        public static void Robertson(ReadOnlySpan<double> y, Span<double> dy)
        {
            dy[0] = (-0.04 * y[0]) + (1e4 * y[1] * y[2]);
            dy[2] = 3e7 * y[1] * y[1];
            dy[1] = -dy[0] - dy[2];
        }

        public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, 3) { IsBatched = true });

        public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

        public IVectorField ForRows(ReadOnlySpan<long> rows) => new RowReactions([.. rows.ToArray().Select(row => kinds[row])]);

        public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
        {
            for (int row = 0; row < kinds.Length; row++)
            {
                Span<double> y = state.AsSpan<double>(0).Slice(3 * row, 3), dy = intoDerivative.AsSpan<double>(0).Slice(3 * row, 3);
                dy.Clear();
                dy[0] = -0.04 * y[0];
                if (kinds[row] == 1)
                {
                    Robertson(y, dy);
                }
            }
        }
    }

    /// <summary>Advice names neither what was tried nor itself.</summary>
    [Fact]
    public void Solve_WhoseFallbackDoesNotArriveEither_SaysSoWithoutRecommendingIt()
    {
        var failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Stiff with { Limits = new() { MaxSteps = 6 } }));
        Assert.StartsWith("The equation is too stiff for 'dopri5', and 'kvaerno5' does not arrive either. The limit of 6 steps is used up.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Use an implicit method", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("auto-switch", failure.Message, StringComparison.Ordinal);
        failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Stiff with { Stepper = StepperCatalog.Find("auto-switch")!, StiffFallback = null, Limits = new() { MaxSteps = 4 } }));
        Assert.DoesNotContain("or auto-switch", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A part is returned where there is no way on, and a stiff equation has one.</summary>
    [Fact]
    public void Solve_ThatMayReturnAPart_FallsBackFirst()
    {
        using var whole = OdeSolver.Solve(Stiff with { Limits = new() { MaxSteps = 200, OnLimit = LimitAction.ReturnPartial } });
        Assert.True(whole.IsComplete);
        using var part = OdeSolver.Solve(Stiff with { Limits = new() { MaxSteps = 6, OnLimit = LimitAction.ReturnPartial } });
        Assert.False(part.IsComplete);
    }
}
