using System.Numerics;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Explaining;

/// <summary>By how much a step multiplies errors of ẋ = λx at z = hλ, measured: the spectral radius of the step as a map of all that it carries.</summary>
/// <remarks>In halves the equation is ẋ1 = λx2, ẋ2 = λx1, whose eigenvalues are ±λ.</remarks>
internal static class StabilityPlane
{
    private const double OnTheBoundary = 1e-12;

    /// <summary>Whether errors do not grow.</summary>
    public static bool IsStable(double growth) => growth <= 1 + OnTheBoundary;

    /// <summary>The growth that a scheme shows at each z.</summary>
    /// <exception cref="NotSupportedException">The scheme carries more than two numbers.</exception>
    public static double[] Growth(IStepper stepper, Complex[] z, bool isSplit) =>
        [.. Maps(stepper, z, isSplit).Select(map => LargestRoot(map.Length == 1 ? [map[0]] : [(map[1] * map[2]) - (map[0] * map[3]), map[0] + map[3]]))];

    /// <summary>The determinant of a step as a map of the two numbers that it carries, where it is real.</summary>
    public static double Determinant(IStepper stepper, Complex z)
    {
        var map = Maps(stepper, [z], isSplit: false)[0];
        return ((map[0] * map[3]) - (map[1] * map[2])).Real;
    }

    /// <summary>A step as a matrix, row by row, of the numbers that it carries.</summary>
    private static Complex[][] Maps(IStepper stepper, Complex[] z, bool isSplit)
    {
        var scheme = (IDifferentiableStepper)stepper;
        int halves = isSplit ? 2 : 1, size = scheme.CarriedVectors * halves;
        if (size > 2)
        {
            throw new NotSupportedException($"'{stepper.Name}' carries {size} numbers from step to step; its growth is found for two at most.");
        }

        // A row for each z and each unit vector of what is carried: the columns of all matrices in one step.
        using var field = Rotations([.. z.SelectMany(at => Enumerable.Repeat(at, size))], isSplit);
        using var vectors = new VectorStockOf(field.StateLayout((long)z.Length * size));
        FlatVector[] start = vectors.Take(scheme.CarriedVectors), end = vectors.Take(scheme.CarriedVectors);
        for (int carried = 0; carried < start.Length; carried++)
        {
            double[][] rows = field.Rows(start[carried]);
            for (int row = 0; row < rows.Length; row++)
            {
                int unit = row % size;
                rows[row][2 * (unit % halves)] = unit / halves == carried ? 1 : 0; // the real part of one component
            }

            field.Write(rows, start[carried]);
        }

        using var memory = field.CreateWorkspace(WorkspaceSpec.For(start[0]));
        using var pullback = scheme.CreatePullback(start[0].Layout, ScalarType.Float64, CPU);
        FieldTape[] tapes = [.. Enumerable.Range(0, scheme.TapedStages).Select(_ => memory.RentTape())];
        var record = new StepRecord { Time = 0, NextTime = 1, Start = start, Tapes = tapes, Derivatives = vectors.Take(scheme.TapedStages) };
        pullback.Replay(field, record);
        pullback.Advance(record, end);
        Array.ForEach(tapes, memory.ReturnTape);
        double[][][] results = [.. end.Select(field.Rows)];
        Complex Entry(int point, int to, int from)
        {
            double[] row = results[to / halves][(point * size) + from];
            return new(row[2 * (to % halves)], row[(2 * (to % halves)) + 1]);
        }

        return [.. z.Select((_, point) => Enumerable.Range(0, size * size).Select(i => Entry(point, i / size, i % size)).ToArray())];
    }

    /// <summary>The largest |r| with r = c0, or r² = c0 + c1 r.</summary>
    public static double LargestRoot(Complex[] coefficients)
    {
        if (coefficients.Length == 1)
        {
            return Complex.Abs(coefficients[0]);
        }

        var half = coefficients[1] / 2;
        var root = Complex.Sqrt((half * half) + coefficients[0]);
        return Math.Max(Complex.Abs(half + root), Complex.Abs(half - root));
    }

    /// <summary>How far from zero along a direction errors do not grow, to 1e-9; at most a limit.</summary>
    /// <param name="growths">The growth at each of some z.</param>
    /// <param name="direction">−1, or i.</param>
    /// <param name="limit">The limit.</param>
    public static double Reach(Func<Complex[], double[]> growths, Complex direction, double limit)
    {
        // A coarse scan first: a region may come back, and what counts is the piece at zero.
        const int cells = 4000;
        double[] distances = [.. Enumerable.Range(1, cells).Select(i => limit * i / cells)];
        int first = Array.FindIndex(growths([.. distances.Select(d => d * direction)]), growth => !IsStable(growth));
        if (first < 0)
        {
            return limit;
        }

        double low = first == 0 ? 0 : distances[first - 1], high = distances[first];
        while (high - low > 1e-9)
        {
            double middle = (low + high) / 2;
            (low, high) = IsStable(growths([middle * direction])[0]) ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>A field whose row i is the multiplication by λ_i, of complex numbers as pairs.</summary>
    private static TestField Rotations(Complex[] lambda, bool isSplit) => new(
        isSplit ? 4 : 2,
        isSplit,
        (row, _, y, dy) =>
        {
            for (int i = 0; i < y.Length; i += 2)
            {
                int from = isSplit ? 2 - i : i;
                dy[i] = (lambda[row].Real * y[from]) - (lambda[row].Imaginary * y[from + 1]);
                dy[i + 1] = (lambda[row].Imaginary * y[from]) + (lambda[row].Real * y[from + 1]);
            }
        },
        (_, _, _) => throw new NotSupportedException("The plane is not differentiated."));

    /// <summary>Vectors of one layout, freed together.</summary>
    private sealed class VectorStockOf(VectorLayout layout) : IDisposable
    {
        private readonly List<FlatVector> _vectors = [];

        public FlatVector[] Take(int count)
        {
            FlatVector[] taken = [.. Enumerable.Range(0, count).Select(_ => new FlatVector(layout, ScalarType.Float64))];
            _vectors.AddRange(taken);
            return taken;
        }

        public void Dispose() => _vectors.ForEach(vector => vector.Dispose());
    }
}
