using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Newton;

/// <summary>For states of few entries: the Jacobian entry by entry, and factors that are kept while neither it nor hA changes. Computed in double.</summary>
internal sealed class DenseNewtonMatrix : NewtonMatrix
{
    // Where steps are not held to tolerances entries nearer to zero are shifted as if they had this size, as in the code RADAU5 of Hairer and Wanner.
    private const double LeastSize = 1e-5;

    // Round-off of f over a shift, of which a step makes this part of a tolerance at most, as in the code CVODE of Hindmarsh et al. 2005.
    private const double RoundOffParts = 1000;

    private readonly StageEvaluator _evaluator;
    private readonly EvolvingEntries _entries;
    private readonly FlatVector _shifted;
    private readonly FlatVector _column;
    private readonly bool _isSingle;
    private readonly int _size;
    private readonly double[] _jacobian; // column by column
    private readonly List<Factors> _factors = [];

    public DenseNewtonMatrix(StageEvaluator evaluator, EvolvingEntries entries, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        (_evaluator, _entries, _size, _isSingle) = (evaluator, entries, (int)entries.Count, dtype == torch.ScalarType.Float32);
        (_shifted, _column, _jacobian) = (new(layout, dtype, device), new(layout, dtype, device), new double[_size * _size]);
    }

    public override bool IsFrozen => true;

    public override void Linearize(ReadOnlySpan<StagePoint> points, ReadOnlySpan<FlatVector> states, ReadOnlySpan<FlatVector> derivatives)
    {
        _factors.ForEach(factors => factors.Coefficients = []);
        Span<double> state = new double[_size], before = new double[_size];
        _entries.Read(states[0], state);
        _entries.Read(derivatives[0], before);
        _shifted.CopyFrom(states[0]);
        bool isKnown = false;
        double speed = Speed(state, before);
        for (int j = 0; j < _size; j++)
        {
            double value = state[j];
            var column = _jacobian.AsSpan(j * _size, _size);
            if (j == 0 || isKnown)
            {
                state.Clear();
                state[j] = 1;
                _entries.Write(state, _shifted);
                isKnown = _evaluator.TryMultiply(points[0], states[0], _shifted, _column);
                _entries.Read(states[0], state);
            }

            if (isKnown)
            {
                _entries.Read(_column, column);
                continue;
            }

            double moved = value + Shift(value, speed);
            state[j] = _isSingle ? (float)moved : moved;
            double shift = state[j] - value;
            _entries.Write(state, _shifted);
            state[j] = value;
            _evaluator.Evaluate(points[0], _shifted, _column);
            _entries.Read(_column, column);
            for (int i = 0; i < _size; i++)
            {
                column[i] = (column[i] - before[i]) / shift;
            }
        }
    }

    public override bool Solve(ReadOnlySpan<double> coefficients, FlatVector[] vectors)
    {
        int stages = vectors.Length;
        var factors = _factors.Find(kept => kept.Stages == stages);
        if (factors is null)
        {
            _factors.Add(factors = new(stages, stages * _size));
        }

        if (!coefficients.SequenceEqual(factors.Coefficients))
        {
            Fill(coefficients, stages, factors.Dense.Matrix);
            factors.Coefficients = factors.Dense.Factor() ? coefficients.ToArray() : [];
            if (factors.Coefficients.Length == 0)
            {
                return false;
            }
        }

        for (int i = 0; i < stages; i++)
        {
            _entries.Read(vectors[i], factors.Values.AsSpan(i * _size));
        }

        factors.Dense.Solve(factors.Values);
        for (int i = 0; i < stages; i++)
        {
            _entries.Write(factors.Values.AsSpan(i * _size, _size), vectors[i]);
        }

        return true;
    }

    public override void Dispose()
    {
        _shifted.Dispose();
        _column.Dispose();
    }

    /// <summary>How far an entry is shifted: so little that the next order of f does not show, also of entries near zero, and so far that round-off of f does no harm in a step.</summary>
    private double Shift(double value, double speed)
    {
        double shift = Tolerances is null ? 0 : Math.Max(Math.Sqrt(_evaluator.Epsilon) * Math.Abs(value), RoundOffParts * Math.Abs(Step) * _evaluator.Epsilon * _size * speed * Weight(value));
        return shift > 0 && double.IsFinite(shift) ? shift : Math.Sqrt(_evaluator.Epsilon * Math.Max(LeastSize, Math.Abs(value)));
    }

    /// <summary>The root mean square of f in tolerances.</summary>
    private double Speed(ReadOnlySpan<double> state, ReadOnlySpan<double> derivative)
    {
        double squares = 0;
        for (int i = 0; i < _size && Tolerances is not null; i++)
        {
            squares += Math.Pow(derivative[i] / Weight(state[i]), 2);
        }

        return Math.Sqrt(squares / _size);
    }

    private double Weight(double value) => Tolerances!.Absolute + (Tolerances.Relative * Math.Abs(value));

    private void Fill(ReadOnlySpan<double> coefficients, int stages, Span<double> matrix)
    {
        int width = stages * _size;
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j < width; j++)
            {
                double a = coefficients[(i / _size * stages) + (j / _size)];
                matrix[(i * width) + j] = (i == j ? 1 : 0) - (a * _jacobian[(j % _size * _size) + (i % _size)]);
            }
        }
    }

    private sealed class Factors(int stages, int size)
    {
        public int Stages => stages;

        public DenseFactors Dense { get; } = new(size);

        public double[] Values { get; } = new double[size];

        /// <summary>hA of the factors; empty where there are none.</summary>
        public double[] Coefficients { get; set; } = [];
    }
}
