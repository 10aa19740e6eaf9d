using FlowOde.Cli.TestProblems;
using FlowOde.Solvers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Precision;

/// <summary>Solves a known problem and compares the end.</summary>
internal static class PrecisionSolve
{
    /// <summary>Solves with the library's default control of the step.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="stepper">A method that estimates its errors.</param>
    /// <param name="tolerance">The relative tolerance; greater than 0. The absolute one is the problem's share of it.</param>
    /// <param name="stop">Asks for an early end.</param>
    public static PrecisionPoint Run(NamedProblem problem, IStepper stepper, double tolerance, CancellationToken stop = default) =>
        Run(problem, stepper, new PidController { Tolerances = problem.Within(tolerance) }, stop: stop);

    /// <summary>Solves with a given control of the step.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="stepper">A method that estimates its errors.</param>
    /// <param name="controller">The control, with its tolerances.</param>
    /// <param name="norm">The norm of a step's error; the library's default where it is null.</param>
    /// <param name="stop">Asks for an early end.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static PrecisionPoint Run(NamedProblem problem, IStepper stepper, PidController controller, ErrorNorm? norm = null, CancellationToken stop = default)
    {
        var field = problem.NewField();
        using var start = new FlatVector(field.StateLayout(1), ScalarType.Float64);
        problem.Start.CopyTo(start.AsSpan<double>());
        using var pool = new WorkspacePool();
        var point = new PrecisionPoint { Problem = problem.Name, Solver = stepper.Name, Tolerance = controller.Tolerances.Relative, Evaluations = 0 };
        try
        {
            using var solution = OdeSolver.Solve(new OdeProblem { Field = field, Stepper = stepper, Controller = controller, Norm = norm ?? ErrorNorm.LargestSegment, Start = start, Times = [0, problem.End], Limits = new() { Stop = stop }, Pool = pool });
            return point with
            {
                Evaluations = solution.Statistics.Evaluations,
                AcceptedSteps = solution.Statistics.AcceptedSteps,
                RejectedSteps = solution.Statistics.RejectedSteps,
                Error = problem.Error(solution.Final.AsSpan<double>()),
            };
        }
        catch (OdeSolveException failure)
        {
            return point with { Evaluations = failure.Evaluations, Failure = failure.Message };
        }
    }
}
