using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Stiffness;

/// <summary>
/// Estimates the largest eigenvalue of ∂f/∂y of each row by power iteration on differences of f, where a solve could not go on: some evaluations of the field, and none
/// while all is well. Where the solution grows there, it looks at the steps before too. Rows are taken as independent, as those of a batch are.
/// </summary>
/// <param name="problem">The problem whose field is asked.</param>
internal sealed class StiffnessProbe(OdeProblem problem)
{
    private const int Iterations = 12;
    private const int Window = 16; // steps before a collapse that are looked at
    private const double Collapsed = 0.01; // of the longest step so far
    private const double Reach = 2; // of h·ρ, where the least stable explicit methods end along the negative axis

    /// <summary>The refusal with a diagnosis; the same one where the field is not finite there.</summary>
    /// <param name="refusal">How the solve ended.</param>
    /// <param name="state">The last accepted state.</param>
    /// <param name="accepted">The times of the accepted steps, the start first, if they can be made again from the problem's start; else null.</param>
    public OdeSolveException Explain(OdeSolveException refusal, FlatVector state, IReadOnlyList<double>? accepted = null)
    {
        if (state.Layout.EvolvingRanges.Length == 0)
        {
            return refusal;
        }

        var diagnosis = Diagnose(refusal.Time, state, refusal.Step);
        if (diagnosis is null or { Grows: true } && accepted is { Count: > 2 } && problem.Stepper.Stability == Stability.Bounded) // auto-switch begins with an explicit one
        {
            diagnosis = Earlier(accepted, refusal.Step) ?? diagnosis;
        }

        return diagnosis is null ? refusal : new(refusal, diagnosis);
    }

    /// <summary>
    /// What the equation was like before the steps collapsed. Where errors are allowed that are large against a fast mode, steps beyond the bound of stability pass, and one of them may throw the
    /// solution to where it grows without bound, which the true one never sees. The accepted steps are made again as far as that.
    /// </summary>
    /// <param name="times">The times of the accepted steps.</param>
    /// <param name="refused">The length of the step that may not be tried any more.</param>
    /// <returns>The diagnosis of the last of the steps before the collapse that were too long for a decaying mode; null where there was none, so that the solution itself grows, and where no steps have collapsed.</returns>
    private StiffnessDiagnosis? Earlier(IReadOnlyList<double> times, double refused)
    {
        var (last, longest) = LastBeforeCollapse(times);
        if (refused >= Collapsed * longest)
        {
            return null;
        }

        using var lease = SolveLease.Rent(problem);
        var (step, tape) = (lease.Step, lease.Field.RentTape());
        try
        {
            step.Tolerances = problem.Controller.Tolerances;
            step.Begin(new FieldSystem(problem.Field, tape), times[0], problem.Start);
            StiffnessDiagnosis? found = null;
            for (int n = 0; n <= last; n++)
            {
                if (n > last - Window && Diagnose(times[n], step.State, Math.Abs(times[n + 1] - times[n])) is { IsStiff: true } diagnosis && diagnosis.Rate * diagnosis.Step >= Reach)
                {
                    found = diagnosis with { EarlierTime = times[n] };
                }

                step.Try(times[n + 1]);
                if (step.Tolerances is { } tolerances)
                {
                    step.ErrorNorm(problem.Norm, tolerances); // methods of variable order choose it by that
                }

                step.Accept(n == last);
            }

            return found;
        }
        finally
        {
            lease.Field.ReturnTape(tape);
        }
    }

    /// <summary>The last step that is not very short against those before it, and the length of the longest.</summary>
    private static (int Last, double Longest) LastBeforeCollapse(IReadOnlyList<double> times)
    {
        var (longest, last) = (0.0, 0);
        for (int n = 0; n + 1 < times.Count; n++)
        {
            double length = Math.Abs(times[n + 1] - times[n]);
            longest = Math.Max(longest, length);
            last = length >= Collapsed * longest ? n : last;
        }

        return (last, longest);
    }

    private StiffnessDiagnosis? Diagnose(double time, FlatVector state, double step)
    {
        var layout = state.Layout;
        var evolving = layout.Segments.Where(segment => segment.Role == SegmentRole.Evolving && segment.Length > 0).ToArray();
        bool isBatched = evolving.All(segment => segment.IsBatched);
        int rows = isBatched ? (int)layout.Rows : 1;
        var rowOf = new int[layout.Length];
        Array.Fill(rowOf, -1);
        foreach (var segment in evolving)
        {
            for (long i = 0; i < segment.Length; i++)
            {
                rowOf[segment.Offset + i] = rows == 1 ? 0 : (int)(i / (segment.Length / rows));
            }
        }

        double[] y = Numbers(state), here = Derivative(time, state), direction = new double[y.Length], rate = new double[rows], growth = new double[rows];
        double rounding = state.DType == TorchSharp.torch.ScalarType.Float32 ? 1.2e-7 : 2.2e-16;
        double[] moves = Array.ConvertAll(Sizes(y, rowOf, rows), size => Math.Sqrt(rounding) * Math.Max(1, size)); // how far each row is moved for a difference
        for (int i = 0; i < y.Length; i++)
        {
            direction[i] = rowOf[i] < 0 ? 0 : 1 + (0.5 * Math.Sin(12.9898 * (i + 1))); // no eigenvector of a usual matrix is orthogonal to it
        }

        using var moved = state.Clone();
        double sign = Math.Sign(problem.Times[^1] - problem.Times[0]);
        double[] end = new double[y.Length];
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            double[] length = Sizes(direction, rowOf, rows);
            for (int i = 0; i < y.Length; i++)
            {
                int r = rowOf[i];
                direction[i] = r < 0 || length[r] == 0 ? 0 : direction[i] / length[r];
                end[i] = r < 0 ? y[i] : y[i] + (moves[r] * direction[i]);
            }

            using (var values = TorchSharp.torch.tensor(end, dtype: state.DType, device: state.Device))
            {
                moved.Flat.copy_(values);
            }

            double[] there = Derivative(time, moved);
            Array.Clear(growth);
            for (int i = 0; i < y.Length; i++)
            {
                int r = rowOf[i];
                if (r >= 0)
                {
                    double product = (there[i] - here[i]) / moves[r];
                    growth[r] += sign * direction[i] * product;
                    direction[i] = product;
                }
            }

            rate = Sizes(direction, rowOf, rows);
        }

        if (rate.All(one => !double.IsFinite(one)))
        {
            return null;
        }

        int worst = Array.IndexOf(rate, rate.Where(double.IsFinite).Max());
        var largest = evolving.MaxBy(segment => Enumerable.Range((int)segment.Offset, (int)segment.Length).Where(i => rowOf[i] == worst).Sum(i => direction[i] * direction[i]))!;
        return new(rate[worst], growth[worst], problem.Row ?? (layout.Rows > 0 && isBatched ? worst : null), largest.Name, step) { Method = problem.Stepper };
    }

    private double[] Derivative(double time, FlatVector state)
    {
        using var derivative = FieldDerivative.At(problem, time, state);
        return Numbers(derivative);
    }

    private static double[] Numbers(FlatVector vector)
    {
        var numbers = new double[vector.Layout.Length];
        vector.CopyTo(numbers);
        return numbers;
    }

    /// <summary>The Euclidean norm of the evolving entries of each row.</summary>
    private static double[] Sizes(double[] vector, int[] rowOf, int rows)
    {
        var squares = new double[rows];
        for (int i = 0; i < vector.Length; i++)
        {
            if (rowOf[i] >= 0)
            {
                squares[rowOf[i]] += vector[i] * vector[i];
            }
        }

        return [.. squares.Select(Math.Sqrt)];
    }
}
