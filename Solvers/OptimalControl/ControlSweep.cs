using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>Forward for the states, backward for the costates: one sweep of every method of Pontryagin's kind, and of back-propagation.</summary>
public static class ControlSweep
{
    /// <summary>States, costates and gradients.</summary>
    /// <param name="problem">The problem; the parameters of its field are overwritten.</param>
    /// <param name="controls">θ_n, one a layer. Not changed.</param>
    /// <returns>The trajectory; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">There is not one control a layer.</exception>
    public static ControlTrajectory Run(ControlProblem problem, IReadOnlyList<FlatVector> controls)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(controls);
        if (controls.Count != problem.Layers)
        {
            throw new ArgumentException($"The problem has {problem.Layers} layers but {controls.Count} controls were given; give one for each.", nameof(controls));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var memory = problem.Field.CreateWorkspace(WorkspaceSpec.For(problem.Start));
        var tape = memory.RentTape();
        try
        {
            var states = Forward(problem, controls, tape);
            using var adjoint = problem.Start.CreateLike();
            double cost = problem.Terminal.Evaluate(states[^1], adjoint) + Running(states[^1]);
            foreach (var range in problem.Start.Layout.QuadratureRanges)
            {
                using Scalar one = 1.0;
                adjoint.Flat.narrow(0, range.Offset, range.Length).fill_(one);
            }

            var (costates, gradients) = Backward(problem, controls, tape, states, adjoint);
            return new(states, costates, gradients, cost);
        }
        finally
        {
            memory.ReturnTape(tape);
        }
    }

    private static FlatVector[] Forward(ControlProblem problem, IReadOnlyList<FlatVector> controls, FieldTape tape)
    {
        var layout = problem.Start.Layout;
        FlatVector[] states = [problem.Start.Clone(), .. controls.Select(_ => problem.Start.Clone())];
        using var derivative = problem.Start.CreateLike();
        for (int n = 0; n < controls.Count; n++)
        {
            problem.Field.Parameters.CopyFrom(controls[n]);
            problem.Field.Evaluate(problem.Grid[n], states[n], tape, derivative);
            LinearCombination.Write(states[n], [problem.Grid[n + 1] - problem.Grid[n]], [derivative], layout.DerivativeRanges, states[n + 1]);
        }

        return states;
    }

    private static (FlatVector[] Costates, FlatVector[] Gradients) Backward(ControlProblem problem, IReadOnlyList<FlatVector> controls, FieldTape tape, FlatVector[] states, FlatVector adjoint)
    {
        var layout = problem.Start.Layout;
        FlatVector[] costates = [.. states.Select(_ => problem.Start.CreateLike())], gradients = [.. controls.Select(control => control.CreateLike())];
        using FlatVector derivative = problem.Start.CreateLike(), byState = problem.Start.CreateLike();
        LinearCombination.Write(null, [-1], [adjoint], layout.DerivativeRanges, costates[^1]);
        for (int n = controls.Count - 1; n >= 0; n--)
        {
            // One layer's tape at a time: it is evaluated again, with its own control in the field.
            double step = problem.Grid[n + 1] - problem.Grid[n];
            problem.Field.Parameters.CopyFrom(controls[n]);
            problem.Field.Evaluate(problem.Grid[n], states[n], tape, derivative);
            problem.Field.Pullback(tape, adjoint, step, byState, gradients[n]);
            LinearCombination.Write(adjoint, [step], [byState], layout.StateRanges, adjoint);
            LinearCombination.Write(null, [-1], [adjoint], layout.DerivativeRanges, costates[n]);
        }

        return (costates, gradients);
    }

    private static double Running(FlatVector state)
    {
        using var scope = NewDisposeScope();
        return state.Layout.QuadratureRanges.Sum(range => state.Flat.narrow(0, range.Offset, range.Length).sum().to(ScalarType.Float64).item<double>());
    }
}
