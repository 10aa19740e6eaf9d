using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The continuous adjoint: integrates state and cotangent backward in time together. Memory does not depend on the number of steps;
/// the gradient is as exact as the tolerances, and worse where the reversed dynamics are unstable.
/// </summary>
/// <remarks>Chen et al. 2018 (Neural ODE), §2 and Appendix B. At each save time the state is set to the one that the forward solve found.</remarks>
public sealed class BacksolveAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => Norm == BacksolveNorm.Seminorm ? "backsolve" : "backsolve-full";

    /// <summary>Which channels of the backward state count in its error norm.</summary>
    /// <value><see cref="BacksolveNorm.Seminorm"/> by default.</value>
    public BacksolveNorm Norm { get; init; } = BacksolveNorm.Seminorm;

    /// <summary>Judges the steps of the backward solve; null for the forward solve's controller.</summary>
    public IStepSizeController? Controller { get; init; }

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason)
    {
        reason = string.Empty;
        return true;
    }

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check();
        var field = RecordedFields.Differentiable(problem);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var control = problem.Controller.Start(problem.Stepper, problem.Times);
        var lease = SolveLease.Rent(problem);
        var tape = lease.Field.RentTape();
        var states = new List<FlatVector>();
        var grid = new List<double> { problem.Times[0] };
        try
        {
            lease.Step.Begin(new FieldSystem(field, tape), problem.Times[0], problem.Start);
            var statistics = StepLoop.Run(lease.Step, problem.Times, control, problem.Controller.Tolerances, problem.Norm, problem.Limits, index =>
            {
                grid.Add(lease.Step.Time);
                if (index > 0)
                {
                    states.Add(lease.Step.State.Clone());
                }
            });
            return new BacksolveRecordedSolve(this, field, problem, lease, tape, states, grid, statistics);
        }
        catch
        {
            states.ForEach(state => state.Dispose());
            lease.Field.ReturnTape(tape);
            lease.Dispose();
            throw;
        }
    }
}
