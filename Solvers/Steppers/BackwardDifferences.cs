using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The backward differences ∇^j y of a solution at equal steps: what <see cref="BdfMethod"/> carries from step to step.</summary>
/// <remarks>Shampine, Reichelt 1997, §2.</remarks>
internal sealed class BackwardDifferences : IDisposable
{
    private static readonly double[,] _equal = Powers(BdfMethod.MostOrder, 1); // of lower orders they are the same

    private readonly VectorRange[] _ranges;
    private readonly double[] _factors = new double[BdfMethod.MostOrder + 3];
    private readonly FlatVector[] _vectors;
    private readonly FlatVector[] _spare;

    public BackwardDifferences(VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        FlatVector[] Make() => [.. Enumerable.Range(0, BdfMethod.MostOrder + 3).Select(_ => new FlatVector(layout, dtype, device))];
        (_ranges, _vectors, _spare) = (layout.DerivativeRanges, Make(), Make());
    }

    /// <summary>∇^j y; the first one is y.</summary>
    public FlatVector this[int j] => _vectors[j];

    /// <summary>Writes Σ factors[j] ∇^j y, with the constants of y.</summary>
    public void Combine(ReadOnlySpan<double> factors, FlatVector into) => LinearCombination.Write(null, factors, _vectors, _ranges, into);

    /// <summary>The differences of a line.</summary>
    /// <param name="step">The length of a step.</param>
    /// <param name="derivative">The slope.</param>
    public void Begin(double step, FlatVector derivative)
    {
        LinearCombination.Write(null, [step], [derivative], _ranges, _vectors[1]);
        for (int j = 2; j < _vectors.Length; j++)
        {
            LinearCombination.Write(null, [], [], _ranges, _vectors[j]);
        }
    }

    /// <summary>The differences of the polynomial through states at any times, at as many equal steps as lie between them.</summary>
    /// <param name="times">The times, the last first.</param>
    /// <param name="states">The states there; the last one is y.</param>
    /// <returns>The length of the equal steps.</returns>
    public double Begin(ReadOnlySpan<double> times, ReadOnlySpan<FlatVector> states)
    {
        int count = times.Length;
        double step = (times[0] - times[^1]) / (count - 1);
        double[][] weights = new double[count][]; // of the states in what the polynomial is i steps before the end
        for (int i = 0; i < count; i++)
        {
            weights[i] = Lagrange(times[0] - (i * step), times);
        }

        for (int j = 1; j < count; j++)
        {
            for (int i = 0; i < count - j; i++)
            {
                weights[i] = [.. weights[i].Zip(weights[i + 1], (now, before) => now - before)];
            }

            LinearCombination.Write(null, weights[0], states, _ranges, _vectors[j]);
        }

        return step;
    }

    /// <summary>Those of steps of another length, of the same polynomial.</summary>
    /// <param name="order">Its degree.</param>
    /// <param name="factor">The new length, in old ones.</param>
    public void Rescale(int order, double factor)
    {
        double[,] by = Powers(order, factor);
        for (int j = 1; j <= order; j++)
        {
            _factors[0] = 0;
            for (int i = 1; i <= order; i++)
            {
                _factors[i] = 0;
                for (int m = 0; m <= order; m++)
                {
                    _factors[i] += by[i, m] * _equal[m, j];
                }
            }

            LinearCombination.Write(null, _factors.AsSpan(0, order + 1), _vectors, _ranges, _spare[j]);
        }

        for (int j = 1; j <= order; j++)
        {
            (_vectors[j], _spare[j]) = (_spare[j], _vectors[j]);
        }
    }

    /// <summary>Goes on by a step.</summary>
    /// <param name="order">The degree of the prediction.</param>
    /// <param name="correction">The new state less the prediction.</param>
    /// <param name="state">The new state.</param>
    public void Advance(int order, FlatVector correction, FlatVector state)
    {
        LinearCombination.Write(correction, [-1], [_vectors[order + 1]], _ranges, _vectors[order + 2]);
        LinearCombination.Write(correction, [], [], _ranges, _vectors[order + 1]);
        for (int j = order; j >= 1; j--)
        {
            LinearCombination.Write(_vectors[j], [1], [_vectors[j + 1]], _ranges, _vectors[j]);
        }

        _vectors[0].CopyFrom(state);
    }

    /// <summary>The polynomial through the last step's end and those before it, on the last step, as powers of θ behind the constant.</summary>
    /// <param name="order">Its degree.</param>
    /// <returns>A vector a power; they belong to the caller.</returns>
    public FlatVector[] Polynomial(int order)
    {
        // Σ_j ∇^j y · Π_{m<j} (θ − 1 + m)/(m + 1): the product's coefficients, one factor after another.
        double[][] products = new double[order + 1][];
        products[0] = [1];
        for (int j = 1; j <= order; j++)
        {
            products[j] = new double[j + 1];
            for (int power = 0; power < j; power++)
            {
                products[j][power] += products[j - 1][power] * (j - 2) / j;
                products[j][power + 1] += products[j - 1][power] / j;
            }
        }

        var coefficients = new FlatVector[order];
        for (int power = 1; power <= order; power++)
        {
            coefficients[power - 1] = _vectors[0].CreateLike();
            for (int j = 0; j <= order; j++)
            {
                _factors[j] = j >= power ? products[j][power] : 0;
            }

            LinearCombination.Write(null, _factors.AsSpan(0, order + 1), _vectors, _ranges, coefficients[power - 1]);
        }

        return coefficients;
    }

    public void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _vectors, .. _spare])
        {
            vector.Dispose();
        }
    }

    /// <summary>What a polynomial through values at nodes is at a time, as weights of the values.</summary>
    private static double[] Lagrange(double time, ReadOnlySpan<double> nodes)
    {
        double[] weights = new double[nodes.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = 1;
            for (int j = 0; j < weights.Length; j++)
            {
                weights[i] *= j == i ? 1 : (time - nodes[j]) / (nodes[i] - nodes[j]);
            }
        }

        return weights;
    }

    /// <summary>Π_{m≤i} (m − 1 − factor·j)/m.</summary>
    private static double[,] Powers(int order, double factor)
    {
        var powers = new double[order + 1, order + 1];
        for (int j = 0; j <= order; j++)
        {
            powers[0, j] = 1;
            for (int i = 1; i <= order; i++)
            {
                powers[i, j] = powers[i - 1, j] * (i - 1 - (factor * j)) / i;
            }
        }

        return powers;
    }
}
