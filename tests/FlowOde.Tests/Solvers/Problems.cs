using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers;

/// <summary>Small problems over plain arrays.</summary>
internal static class Problems
{
    /// <summary>A field given by a function of time, state and derivative, one row, float64.</summary>
    public static FunctionField Function(int dimension, Action<double, double[], double[]> f) => new(dimension, f);

    /// <summary>A nonlinear field that depends on time: ẏ = (y2 cos t, −sin y1 + 0.3 y1 y2).</summary>
    public static FunctionField NonAutonomous { get; } = Function(2, (t, y, dy) =>
    {
        dy[0] = y[1] * Math.Cos(t);
        dy[1] = -Math.Sin(y[0]) + (0.3 * y[0] * y[1]);
    });

    /// <summary>The methods that integrate any system, by name: all but those for second-order systems.</summary>
    public static IEnumerable<string> SolverNames => StepperCatalog.All.Where(s => s.Supports(NonAutonomous.StateLayout(1), out _)).Select(s => s.Name);

    /// <summary>A method of a name for a gradient method, or where the two do not go together its reversible partner.</summary>
    public static IStepper SolverFor(IAdjoint adjoint, string name = "dopri5") => StepperCatalog.Find(adjoint.Supports(StepperCatalog.Find(name)!, out _) ? name : ReversibleCoupling.Prefix + name)!;

    public static FlatVector State(VectorLayout layout, params double[] values)
    {
        var state = new FlatVector(layout, ScalarType.Float64);
        values.CopyTo(state.AsSpan<double>());
        return state;
    }

    public static OdeProblem Problem(IVectorField field, IStepper stepper, IStepSizeController controller, double[] start, params double[] times) => new()
    {
        Field = field,
        Stepper = stepper,
        Controller = controller,
        Start = State(field.StateLayout(1), start),
        Times = times,
        Pool = new WorkspacePool(),
    };

    public static double[] Solve(OdeProblem problem)
    {
        using var solution = OdeSolver.Solve(problem);
        return solution.Final.AsSpan<double>(0).ToArray();
    }

    public static PidController Pid(double tolerance) => new() { Tolerances = new(tolerance, tolerance) };
}
