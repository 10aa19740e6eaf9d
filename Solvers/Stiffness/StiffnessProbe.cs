using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Stiffness;

/// <summary>
/// Estimates the largest eigenvalue of ∂f/∂y of each row by power iteration on differences of f, where a solve could not go on: some evaluations of the field, and none
/// while all is well. Rows are taken as independent, as those of a batch are.
/// </summary>
/// <param name="problem">The problem whose field is asked.</param>
internal sealed class StiffnessProbe(OdeProblem problem)
{
    private const int Iterations = 12;

    /// <summary>The refusal with a diagnosis; the same one where the field is not finite there.</summary>
    /// <param name="refusal">How the solve ended.</param>
    /// <param name="state">The last accepted state.</param>
    /// <param name="row">The number of the only row of the state in its batch, or null for all rows.</param>
    public OdeSolveException Explain(OdeSolveException refusal, FlatVector state, long? row = null)
    {
        if (state.Layout.EvolvingRanges.Length == 0)
        {
            return refusal;
        }

        return Diagnose(refusal.Time, state, refusal.Step, row) is { } diagnosis ? new(refusal, diagnosis) : refusal;
    }

    private StiffnessDiagnosis? Diagnose(double time, FlatVector state, double step, long? row)
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
        return new(rate[worst], growth[worst], row ?? (layout.Rows > 0 && isBatched ? worst : null), largest.Name, step);
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
