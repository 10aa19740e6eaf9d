using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Undoes the steps of a reversible method one by one and differentiates each: the exact gradient of the discrete solve, to the
/// round-off of the reversal, with the tapes of one step and no stored states.
/// </summary>
/// <remarks>
/// Zhuang et al. 2021 (MALI); Kidger et al. 2021 (reversible Heun); McCallum, Foster 2024. <see cref="SolveGradient.Drift"/> says how
/// far the states rebuilt lie from the true ones.
/// </remarks>
public sealed class ReversibleAdjoint : IAdjoint
{
    private static readonly VectorLayout _firstOrder = new(new Segment("y", 1));

    /// <inheritdoc/>
    public string Name => "reversible";

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason)
    {
        bool supported = stepper is IReversibleStepper;
        reason = supported ? string.Empty : $"'{Name}' undoes steps, which '{stepper?.Name}' cannot; use one of the solvers {string.Join(", ", StepperCatalog.All.OfType<IReversibleStepper>().Select(NameOf))}, or the gradient method binomial.";
        return supported;
    }

    private static string NameOf(IReversibleStepper stepper) => stepper.Supports(_firstOrder, out _) ? stepper.Name : $"{stepper.Name} (for second-order systems)";

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Recording.Of(this, problem, budget, one => RecordOnce(one, budget));
    }

    private static ReversibleRecordedSolve RecordOnce(OdeProblem problem, TapeBudget budget)
    {
        var field = RecordedFields.Differentiable(problem);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var lease = SolveLease.Rent(problem);
        var tape = lease.Field.RentTape();
        var states = new List<FlatVector>();
        var stepsBefore = new List<int>();
        var grid = new List<double> { problem.Times[0] };
        try
        {
            lease.Step.Begin(new FieldSystem(field, tape), problem.Times[0], problem.Start);
            var statistics = new StepLoop(lease.Step, problem.NewPlan()).Finish(index =>
            {
                grid.Add(lease.Step.Time);
                if (index > 0)
                {
                    states.Add(lease.Step.State.Clone());
                    stepsBefore.Add(grid.Count - 1);
                }
            });
            return new ReversibleRecordedSolve(field, (IReversibleStepper)problem.Stepper, problem, lease, budget, states, stepsBefore, grid, statistics);
        }
        catch
        {
            states.ForEach(state => state.Dispose());
            lease.Dispose();
            throw;
        }
        finally
        {
            lease.Field.ReturnTape(tape);
        }
    }
}
