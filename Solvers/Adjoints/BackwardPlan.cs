using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>How a backward solve makes its steps.</summary>
/// <param name="Stepper">The method.</param>
/// <param name="Times">The problem's times, the last first.</param>
/// <param name="Steps">What its loop goes by.</param>
internal sealed record BackwardPlan(IStepper Stepper, double[] Times, StepPlan Steps)
{
    /// <summary>The plan of an adjoint for a problem.</summary>
    /// <exception cref="ArgumentException">Method, controller and type do not go together.</exception>
    public static BackwardPlan Make(ContinuousAdjoint adjoint, OdeProblem problem)
    {
        var (stepper, controller) = (adjoint.Stepper ?? problem.Stepper, adjoint.Controller ?? problem.Controller);
        if (controller.Tolerances is not null && stepper.EmbeddedOrder == 0)
        {
            throw new ArgumentException($"The backward solve of '{adjoint.Name}' adapts its steps, but '{stepper.Name}' estimates no error. Give it a method with an embedded solution such as dopri5, bosh3 or heun2, or a number of constant steps.", nameof(adjoint));
        }

        controller.Tolerances?.RequireReachable(problem.Start.DType);
        double[] times = [.. problem.Times.Reverse()];
        return new(stepper, times, new(problem.StopsAt(times, controller), controller.Start(stepper, times), controller.Tolerances, problem.Norm, problem.Limits));
    }
}
