using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Stiffness;

/// <summary>What is said of solves that cannot go on.</summary>
public class StiffnessProbeTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    [Theory]
    [InlineData(-1e6, true, 0, 1)]
    [InlineData(1e6, false, 0, 1)]
    [InlineData(1e6, true, 1, 0)]
    public void Solve_OfAFieldWithAFastMode_SaysWhetherItIsStiff(double rate, bool isStiff, double from, double to)
    {
        var field = Function(2, (t, y, dy) => (dy[0], dy[1]) = (rate * (y[0] - Math.Cos(t)), -y[1]));
        var failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Problem(field, _dopri5, Pid(1e-4), [Math.Cos(from), 1], from, to) with { Limits = new() { MaxSteps = 100 } }));
        var diagnosis = failure.Diagnosis!;
        Assert.Equal(isStiff, diagnosis.IsStiff);
        Assert.InRange(diagnosis.Rate, 0.999 * Math.Abs(rate), 1.001 * Math.Abs(rate));
        Assert.Equal((0L, "y"), (diagnosis.Row!.Value, diagnosis.Segment));
        Assert.Contains(isStiff ? "stiff: " : "grows", failure.Message, StringComparison.Ordinal);
        Assert.Contains("row 0, segment 'y'", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The same through a recorded solve, and with a shortest step.</summary>
    [Theory]
    [InlineData("direct")]
    [InlineData("interpolated")]
    public void Record_OfAStiffEquation_SaysSo(string adjoint)
    {
        using var field = new DecayField(1e5);
        using var start = new FlatVector(field.StateLayout(3), TorchSharp.torch.ScalarType.Float64);
        start.Flat.Fill(1);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-6) with { MinStep = 0.01 }, Start = start, Times = [0, 1], Pool = new() };
        var failure = Assert.Throws<OdeSolveException>(() => AdjointCatalog.Find(adjoint)!.Record(problem, new TapeBudget(1 << 20)));
        Assert.True(failure.Diagnosis is { IsStiff: true, Row: 0 }, failure.Message);
        Assert.Contains("row 0, segment 'z'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("0.01", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Solve_OfRowsOfWhichOneIsStiff_NamesIt(bool isPerRow)
    {
        var field = new RowDecay([1, 20, 1e5, 3]);
        using var start = new FlatVector(field.StateLayout(4), TorchSharp.torch.ScalarType.Float64);
        start.Flat.Fill(1);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-6), Start = start, Times = [0, 1], Pool = new(), IsPerRow = isPerRow, Limits = new() { MaxSteps = 300 } };
        var failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(problem));
        Assert.True(failure.Diagnosis is { IsStiff: true, Row: 2 }, failure.Message);
        Assert.InRange(failure.Diagnosis.Rate, 0.999e5, 1.001e5);
        Assert.Equal(isPerRow, failure.Message.StartsWith("Row 2: the limit", StringComparison.Ordinal));
    }

    /// <summary>Methods that take the rows one after another name the same row twice, not once as the first of one.</summary>
    [Theory]
    [InlineData("adams")]
    [InlineData("reversible-heun")]
    public void Solve_OfRowsAloneOfWhichOneIsStiff_NamesIt(string method)
    {
        var field = new RowDecay([1, 1e5]);
        using var start = new FlatVector(field.StateLayout(2), TorchSharp.torch.ScalarType.Float64);
        start.Flat.Fill(1);
        var failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(new OdeProblem { Field = field, Stepper = StepperCatalog.Find(method)!, Controller = Pid(1e-4), Start = start, Times = [0, 1], Pool = new(), IsPerRow = true, Limits = new() { MaxSteps = 300 } }));
        Assert.Equal(1, failure.Diagnosis!.Row);
        Assert.StartsWith("Row 1:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("row 1, segment", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Where the longest step allowed bounds the steps, or the field is no number, its eigenvalues have nothing to do with it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Solve_ThatEndsForAnotherReason_SaysItAlone(bool isPerRow)
    {
        var field = new Rows.RowClock(0);
        using var start = new FlatVector(field.StateLayout(1), TorchSharp.torch.ScalarType.Float64);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-4) with { MaxStep = 1e-3 }, Start = start, Times = [0, 1], Pool = new(), IsPerRow = isPerRow, Limits = new() { MaxSteps = 300 } };
        string tooShort = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(problem)).Message;
        Assert.Contains("as long as they may be, 0.001", tooShort, StringComparison.Ordinal);
        var broken = new Rows.RowClock(0, 0.5);
        string notFinite = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(problem with { Field = broken, Controller = Pid(1e-4), Limits = new() })).Message;
        Assert.Contains("was not finite in the last steps", notFinite, StringComparison.Ordinal);
        Assert.All([tooShort, notFinite], message => Assert.DoesNotContain("eigenvalue", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Solve_ThatBlowsUp_IsNotCalledStiff()
    {
        var failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Problem(Function(1, (_, y, dy) => dy[0] = y[0] * y[0]), _dopri5, Pid(1e-6), [1], 0, 2)));
        Assert.False(failure.Diagnosis?.IsStiff ?? false, failure.Message);
    }

    /// <summary>Steps that are used up without a collapse are not made again.</summary>
    [Fact]
    public void Solve_OfGrowthWhoseStepsAreUsedUp_AsksForTheDiagnosisAlone()
    {
        var field = Function(1, (t, y, dy) => dy[0] = 0.01 * y[0] * (2 + Math.Cos(50 * t)));
        var failure = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Problem(field, _dopri5, Pid(1e-8), [1], 0, 1e3) with { Limits = new() { MaxSteps = 200 } }));
        Assert.Contains("the solution grows: ", failure.Message, StringComparison.Ordinal);
        Assert.InRange(field.Evaluations - failure.Evaluations, 1, 13);
    }

    /// <summary>A collapse returns what there is where that is asked for.</summary>
    [Fact]
    public void Solve_ThatMayReturnWhatItHas_DoesSoWhereStepsCollapse()
    {
        using var solution = OdeSolver.Solve(Problem(Function(1, (_, y, dy) => dy[0] = y[0] * y[0]), _dopri5, Pid(1e-6), [1], 0, 0.5, 2) with { Limits = new() { OnLimit = LimitAction.ReturnPartial } });
        Assert.False(solution.IsComplete);
        Assert.Equal(2, solution.States.Count);
        Assert.Equal(2, solution.States[0].AsSpan<double>()[0], 1e-5);
        Assert.InRange(solution.Times[1], 0.99, 1.001);
    }

    /// <summary>Rows that decay, each at a rate that the field holds.</summary>
    internal sealed class RowDecay(double[] rates) : IRowField
    {
        public object WorkspaceKey => nameof(RowDecay);

        public VectorLayout StateLayout(long rows) => new(new Segment("z", rows, 1) { IsBatched = true });

        public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

        public IVectorField ForRows(ReadOnlySpan<long> rows) => new RowDecay([.. rows.ToArray().Select(row => rates[row])]);

        public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
        {
            for (int row = 0; row < rates.Length; row++)
            {
                intoDerivative.AsSpan<double>(0)[row] = -rates[row] * state.AsSpan<double>(0)[row];
            }
        }
    }
}
