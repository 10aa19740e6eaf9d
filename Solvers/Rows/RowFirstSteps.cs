using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Solvers.Rows;

/// <summary>The length of each row's first step, by the method of Hairer, Nørsett and Wanner.</summary>
internal static class RowFirstSteps
{
    /// <summary>Finds them, by two evaluations of the batch.</summary>
    /// <param name="problem">The problem of all rows.</param>
    /// <param name="batch">All of them, at the start.</param>
    /// <returns>A length for each row.</returns>
    public static double[] Find(OdeProblem problem, RowBatch batch)
    {
        int count = batch.Size;
        var (step, state, tolerances) = (batch.Lease.Step, batch.State, problem.Controller.Tolerances!);
        double start = problem.Times[0], span = Math.Abs(problem.Times[1] - start), sign = Math.Sign(problem.Times[1] - start);
        double[] from = [.. Enumerable.Repeat(start, count)], d0 = new double[count], d1 = new double[count], d2 = new double[count];
        double[] to = [.. Enumerable.Repeat(start + Math.Max(1, TimeResolution.At(start, start)), count)]; // with steps of length 1 the derivative by s is f itself; where time is not that fine, a multiple of it
        batch.Field.SetSteps(from, to);
        step.Begin(new FieldSystem(batch.Field, batch.Tape), 0, state);
        ErrorNorm.OfRows(tolerances, state, state, [1], [state], d0);
        ErrorNorm.OfRows(tolerances, state, state, [1 / (to[0] - start)], [step.StartDerivative()], d1);
        var trial = new double[count];
        for (int i = 0; i < count; i++)
        {
            InitialStep.RequireFinite(d0[i], d1[i], start, step.Evaluations, i);
            trial[i] = InitialStep.Trial(d0[i], d1[i], span, start);
            to[i] = start + (sign * trial[i]);
            trial[i] = Math.Abs(to[i] - start);
        }

        batch.Field.SetSteps(from, to);
        step.Begin(new FieldSystem(batch.Field, batch.Tape), 0, state);
        using var first = step.StartDerivative().Clone();
        ErrorNorm.OfRows(tolerances, state, state, [1, -1], [step.EulerDerivative(1), first], d2);
        var lengths = new double[batch.Rows.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = InitialStep.Find(trial[i], d1[i], d2[i] / (trial[i] * trial[i]), problem.Stepper.Order, span, start);
        }

        return lengths;
    }
}
