using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Rows;

/// <summary>
/// A solve in which every row has its own steps, and whose pullback is another such solve backward: each row's state and cotangent with steps of their own, from each time to the one before.
/// </summary>
internal sealed class RowBacksolve : RecordedSolve
{
    private readonly BacksolveAdjoint _adjoint;
    private readonly IDifferentiableField _field;
    private readonly OdeProblem _problem;
    private readonly OdeProblem _backward;
    private readonly OdeSolution _solution;
    private readonly FlatVector _start;
    private readonly TapeBudget _budget;
    private readonly long _taken;

    private RowBacksolve(BacksolveAdjoint adjoint, IDifferentiableField field, OdeProblem problem, OdeProblem backward, TapeBudget budget)
    {
        (_adjoint, _field, _problem, _backward, _budget) = (adjoint, field, problem, backward, budget);
        _solution = OdeSolver.Solve(problem);
        _start = problem.Start.Clone();
        _taken = (_solution.States.Count + 1) * TensorFootprint.Of(_start.Flat.numel() * _start.Flat.element_size(), 1);
        _budget.Take(_taken);
    }

    public override IReadOnlyList<FlatVector> States => _solution.States;

    public override SolveStatistics Statistics => _solution.Statistics;

    /// <summary>Start and end alone: rows share no other time.</summary>
    public override IReadOnlyList<double> Grid => _problem.Times;

    /// <summary>Solves forward.</summary>
    /// <param name="adjoint">The gradient method.</param>
    /// <param name="problem">The problem, checked.</param>
    /// <param name="budget">Counts what is kept.</param>
    public static RowBacksolve Record(BacksolveAdjoint adjoint, OdeProblem problem, TapeBudget budget)
    {
        var plan = BackwardPlan.Make(adjoint, problem); // refuses what the backward solve could not do
        var backward = problem with { Stepper = plan.Stepper, Controller = adjoint.Controller ?? problem.Controller };
        return new(adjoint, RecordedFields.Differentiable(problem), problem, backward, budget);
    }

    public override void Dispose()
    {
        _solution.Dispose();
        _start.Dispose();
        _budget.Give(_taken);
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var stepSum = intoGradient.CreateLike();
        using var firstStage = intoGradient.CreateLike();
        using var difference = _start.CreateLike();
        using var field = new RowBackwardField(_field, intoGradient);
        using var sum = new RowParameterSum(field, intoGradient, stepSum, firstStage);
        var drift = new StateDrift(_adjoint.DriftLimit, difference);
        var parts = field.Parts(_start.Layout.Rows);
        using var whole = new FlatVector(parts.Whole, _start.DType, _start.Device);
        var byTime = new double[_problem.Times.Length];
        var cost = new SolveStatistics();
        intoStart.Clear();
        for (int i = stateCotangents.Length; i > 0; i--)
        {
            byTime[i] = FieldDerivative.Along(_problem, _problem.Times[i], At(i), stateCotangents[i - 1]);
            LinearCombination.Write(intoStart, [1], [stateCotangents[i - 1]], [new(0, intoStart.Layout.Length)], intoStart);
            parts.StateOf(whole).CopyFrom(At(i));
            parts.AdjointOf(whole).CopyFrom(intoStart);
            using var loop = new RowLoop(Interval(field, whole, i), sum);
            using var solution = Solve(loop);
            cost += solution.Statistics;
            drift.Measure(_problem.Times[i - 1], solution.Statistics.Evaluations, parts.StateOf(solution.Final), At(i - 1), At(i));
            intoStart.CopyFrom(parts.AdjointOf(solution.Final));
        }

        byTime[0] = -FieldDerivative.Along(_problem, _problem.Times[0], _start, intoStart);
        return new(byTime, cost with { Evaluations = cost.Evaluations + sum.Evaluations, Pullbacks = sum.Pullbacks }) { Drift = drift.Largest };
    }

    /// <summary>The backward solve from a time to the one before.</summary>
    private OdeProblem Interval(RowBackwardField field, FlatVector whole, int from) => _backward with
    {
        Field = field,
        Start = whole,
        Times = [_problem.Times[from], _problem.Times[from - 1]],
        ForcedTimes = [.. _problem.ForcedTimes.Where(time => (time - _problem.Times[from]) * (time - _problem.Times[from - 1]) < 0)],
        Events = [],
    };

    private OdeSolution Solve(RowLoop loop)
    {
        try
        {
            return loop.Run();
        }
        catch (OdeSolveException cause)
        {
            throw new OdeSolveException($"The backward solve of '{_adjoint.Name}' cannot go on. Checkpointed and auto have no backward solve that could fail. It ended so:", cause);
        }
    }

    private FlatVector At(int time) => time == 0 ? _start : States[time - 1];
}
