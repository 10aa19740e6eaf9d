using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>The size of a solve's first step, from the sizes of y, f and the change of f along an Euler step.</summary>
/// <remarks>Hairer, Nørsett, Wanner, Solving ODEs I, II.4, with their exponent 1/(p + 1).</remarks>
internal static class InitialStep
{
    public static double Find(StepWorkspace workspace, ErrorNorm norm, Tolerances tolerances, int order, double target)
    {
        double span = Math.Abs(target - workspace.Time), sign = Math.Sign(target - workspace.Time);
        var state = workspace.State;
        var derivative = workspace.StartDerivative();
        double Size(ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms) => norm.Evaluate(tolerances, state, state, coefficients, terms);

        double d0 = Size([1], [state]), d1 = Size([1], [derivative]);
        RequireFinite(d0, d1, workspace.Time, workspace.Evaluations);
        double h0 = Trial(d0, d1, span, workspace.Time);
        var ahead = workspace.EulerDerivative(sign * h0);
        double d2 = Size([1, -1], [ahead, derivative]) / h0;
        return Find(h0, d1, d2, order, span, workspace.Time);
    }

    /// <summary>Refuses a start from which no step can be found.</summary>
    /// <param name="d0">The size of y.</param>
    /// <param name="d1">The size of f.</param>
    /// <param name="time">The start.</param>
    /// <param name="evaluations">Evaluations so far.</param>
    /// <param name="row">The row that has steps of its own, or null.</param>
    /// <exception cref="OdeSolveException">One of the sizes is not finite.</exception>
    public static void RequireFinite(double d0, double d1, double time, int evaluations, long? row = null)
    {
        if (!double.IsFinite(d0 + d1))
        {
            throw new OdeSolveException($"{OdeSolveException.Of(row, "The state")} or its derivative is not finite at the start of the solve. Check the data and the parameters for NaN or huge values.", time, 0, evaluations);
        }
    }

    /// <summary>The length of the Euler step that is tried.</summary>
    /// <param name="d0">The size of y.</param>
    /// <param name="d1">The size of f.</param>
    /// <param name="span">The length of the solve.</param>
    /// <param name="time">Its start, which says how short a step may be.</param>
    public static double Trial(double d0, double d1, double span, double time) => Math.Min(Math.Max(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1, Shortest(time)), span);

    /// <summary>The length of the first step.</summary>
    /// <param name="h0">The length of the Euler step.</param>
    /// <param name="d1">The size of f.</param>
    /// <param name="d2">The size of the change of f along the Euler step, by its length.</param>
    /// <param name="order">The order of the method.</param>
    /// <param name="span">The length of the solve.</param>
    /// <param name="time">Its start.</param>
    public static double Find(double h0, double d1, double d2, int order, double span, double time)
    {
        double h1 = !double.IsFinite(d2) ? h0 * 1e-3
            : Math.Max(d1, d2) <= 1e-15 ? Math.Max(1e-6, h0 * 1e-3)
            : Math.Pow(0.01 / Math.Max(d1, d2), 1.0 / (order + 1));
        return Math.Min(Math.Max(Math.Min(100 * h0, h1), Shortest(time)), span);
    }

    /// <summary>A step that is well told from none at this time.</summary>
    private static double Shortest(double time) => 4 * TimeResolution.At(time, time);
}
