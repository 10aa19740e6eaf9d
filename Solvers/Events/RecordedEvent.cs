using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Events;

/// <summary>A solve that ended at an event, and that pulls cotangents of the event's time and state back to the start and the parameters, once.</summary>
/// <remarks>
/// From g(t*, y(t*)) = 0: dt*/dy₀ = −(∂g/∂y · ∂y/∂y₀) ÷ (∂g/∂t + ∂g/∂y · f) (Chen, Amos, Nickel 2021, Learning neural event functions, §3). What moves with t* is added to
/// the cotangent of the state there; the rest is the pullback of a solve to a fixed time, by any gradient method.
/// </remarks>
public sealed class RecordedEvent : IDisposable
{
    private const double Sliver = 1e-12; // of the whole way, which is no step of its own

    private readonly RecordedSolve _solve;
    private readonly OdeProblem _problem;

    private RecordedEvent(OdeEvent one, double time, RecordedSolve solve, OdeProblem problem) => (Event, Time, _solve, _problem) = (one, time, solve, problem);

    /// <summary>The event.</summary>
    public OdeEvent Event { get; }

    /// <summary>When it happened.</summary>
    public double Time { get; }

    /// <summary>The state there. Belongs to this record.</summary>
    public FlatVector State => _solve.Final;

    /// <summary>What the recorded solve cost; that which found the event cost as much again.</summary>
    public SolveStatistics Statistics => _solve.Statistics;

    /// <summary>Solves a problem up to its first terminal event.</summary>
    /// <param name="adjoint">The gradient method.</param>
    /// <param name="problem">The problem, with events of which one is terminal; states on the way are not kept.</param>
    /// <param name="budget">What may be kept.</param>
    /// <returns>The record; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">The problem's parts do not fit together, or no event is terminal.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on, or no terminal event happens before the problem's last time.</exception>
    public static RecordedEvent Record(IAdjoint adjoint, OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(adjoint);
        ArgumentNullException.ThrowIfNull(problem);
        if (!problem.Events.Any(one => one.IsTerminal))
        {
            throw new ArgumentException("No event of the problem is terminal, so that none can end the solve. Give one.", nameof(problem));
        }

        if (problem.IsPerRow)
        {
            throw new ArgumentException($"The time of an event is one for the whole batch here. Leave {nameof(OdeProblem.IsPerRow)} out, or record each row by itself.", nameof(problem));
        }

        if (problem.StiffFallback is not null)
        {
            throw new ArgumentException($"The gradient of an event follows the steps that found it, which must be those of the problem's own method. Leave {nameof(OdeProblem.StiffFallback)} out, or take that method.", nameof(problem));
        }

        RecordedFields.Check(adjoint, problem with { Events = [] }); // before the event is looked for
        using var found = OdeSolver.Solve(problem);
        if (found.EndedBy is not { } end)
        {
            string names = string.Join(", ", problem.Events.Where(one => one.IsTerminal).Select(one => $"'{one.Name}'"));
            throw new OdeSolveException($"No terminal event ({names}) happened before the last time of the solve. Give it more time, or look at the sign and the direction of the function.", problem.Times[^1], 0, found.Statistics.Evaluations);
        }

        double[] times = [problem.Times[0], end.Time];
        // Methods that choose their order by their errors make their steps anew with tolerances: on given ones they would keep their first order.
        if (problem.Stepper is not IDifferentiableStepper && problem.Controller.Tolerances is not null)
        {
            return Recorded(problem.Controller);
        }

        double[] grid = [.. found.Grid.SkipLast(1).Where((time, i) => i == 0 || Math.Abs(end.Time - time) > Sliver * Math.Abs(end.Time - times[0])), end.Time];
        return Recorded(new FrozenGrid(grid, times));

        RecordedEvent Recorded(IStepSizeController controller)
        {
            var fixedEnd = problem with { Events = [], Times = times, Controller = controller, ForcedTimes = [.. problem.ForcedTimes.Where(forced => Math.Abs(forced - times[0]) < Math.Abs(end.Time - times[0]))] };
            return new(end.Event, end.Time, adjoint.Record(fixedEnd, budget), fixedEnd);
        }
    }

    /// <summary>Pulls cotangents back.</summary>
    /// <param name="timeCotangent">∂L/∂t* of the event's time where its state is held fixed.</param>
    /// <param name="stateCotangent">∂L/∂y of the state there, in its layout. Not changed.</param>
    /// <param name="intoStart">Is overwritten with ∂L/∂y at the start.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <returns>∂L/∂t of the solve's start, and what it cost.</returns>
    /// <exception cref="InvalidOperationException">The record was pulled back before.</exception>
    /// <exception cref="OdeSolveException">The solution only touches the event, so that its time has no derivative.</exception>
    public (double StartTimeCotangent, SolveStatistics Statistics) Pullback(double timeCotangent, FlatVector stateCotangent, FlatVector intoStart, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(stateCotangent);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var derivative = FieldDerivative.At(_problem, Time, State);
        using var gradient = State.CreateLike();
        using var cotangent = stateCotangent.Clone();
        double byTime = Event.Differentiate(Time, State, gradient);
        var ranges = State.Layout.DerivativeRanges;
        double speed = byTime + LinearCombination.Dot(gradient, derivative, ranges);
        if (!(Math.Abs(speed) > 0) || !double.IsFinite(speed))
        {
            throw new OdeSolveException($"The function of the event '{Event.Name}' has the slope {speed} along the solution where it happened, so that its time has no derivative.", Time, 0, Statistics.Evaluations);
        }

        double moved = timeCotangent + LinearCombination.Dot(stateCotangent, derivative, ranges);
        LinearCombination.Write(cotangent, [-moved / speed], [gradient], [new(0, cotangent.Layout.Length)], cotangent);
        var result = _solve.Pullback([cotangent], intoStart, intoGradient);
        return (result.TimeCotangents[0], result.Statistics);
    }

    /// <inheritdoc/>
    public void Dispose() => _solve.Dispose();
}
