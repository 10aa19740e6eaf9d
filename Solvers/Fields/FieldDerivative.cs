using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Fields;

/// <summary>f at a single point.</summary>
internal static class FieldDerivative
{
    /// <summary>cᵀf(t, y) of a problem's field: ∂L/∂t of the state at a time with the cotangent c.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="time">t.</param>
    /// <param name="state">y, in the layout of the problem's start.</param>
    /// <param name="cotangent">c, in the same layout.</param>
    public static double Along(OdeProblem problem, double time, FlatVector state, FlatVector cotangent)
    {
        using var derivative = At(problem, time, state);
        return LinearCombination.Dot(cotangent, derivative, state.Layout.DerivativeRanges);
    }

    /// <summary>f(t, y) of a problem's field, on memory of the problem's pool.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="time">t.</param>
    /// <param name="state">y, in the layout of the problem's start.</param>
    /// <returns>A new vector; belongs to the caller.</returns>
    public static FlatVector At(OdeProblem problem, double time, FlatVector state)
    {
        object key = SolveLease.FieldKey(problem);
        var workspace = problem.Pool.Rent(key, () => problem.Field.CreateWorkspace(problem.Spec));
        var tape = workspace.RentTape();
        var derivative = state.CreateLike();
        try
        {
            problem.Field.Evaluate(time, state, tape, derivative);
            return derivative;
        }
        catch
        {
            derivative.Dispose();
            throw;
        }
        finally
        {
            workspace.ReturnTape(tape);
            problem.Pool.Return(key, workspace);
        }
    }
}
