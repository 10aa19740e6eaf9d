using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Newton;

/// <summary>For states of many entries: GMRES on products with the Jacobian at each iterate, without a matrix and without a preconditioner.</summary>
/// <param name="evaluator">Multiplies by the Jacobian.</param>
/// <param name="layout">The layout of a state.</param>
/// <param name="dtype">Float32 or Float64.</param>
/// <param name="device">The device.</param>
/// <param name="stages">The most stages that are solved for at a time.</param>
internal sealed class KrylovNewtonMatrix(StageEvaluator evaluator, VectorLayout layout, torch.ScalarType dtype, torch.Device device, int stages) : NewtonMatrix
{
    /// <summary>The residual of the linear equations, as a part of the right-hand side: each of Newton's iterations then gains three digits.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>A residual that is no help.</summary>
    private const double Useless = 0.5;

    private readonly Dictionary<int, Gmres> _solvers = [];
    private readonly FlatVector[] _products = [.. Enumerable.Range(0, stages).Select(_ => new FlatVector(layout, dtype, device))];
    private readonly FlatVector[] _solution = [.. Enumerable.Range(0, stages).Select(_ => new FlatVector(layout, dtype, device))];
    private readonly StagePoint[] _points = new StagePoint[stages];
    private readonly FlatVector[] _states = new FlatVector[stages];
    private readonly FlatVector[] _derivatives = new FlatVector[stages];

    public override bool IsFrozen => false;

    public override void Linearize(ReadOnlySpan<StagePoint> points, ReadOnlySpan<FlatVector> states, ReadOnlySpan<FlatVector> derivatives)
    {
        points.CopyTo(_points);
        states.CopyTo(_states);
        derivatives.CopyTo(_derivatives);
    }

    public override bool Solve(ReadOnlySpan<double> coefficients, FlatVector[] vectors)
    {
        int count = vectors.Length;
        double[] factors = [.. coefficients];
        for (int i = 0; i < factors.Length; i++)
        {
            factors[i] = -factors[i];
        }

        if (!_solvers.TryGetValue(count, out var gmres))
        {
            _solvers.Add(count, gmres = new(layout, dtype, device, count));
        }

        void Product(FlatVector[] from, FlatVector[] into)
        {
            for (int j = 0; j < count; j++)
            {
                evaluator.Multiply(_points[j], _states[j], _derivatives[j], from[j], _products[j]);
            }

            for (int i = 0; i < count; i++)
            {
                LinearCombination.Write(from[i], factors.AsSpan(i * count, count), _products, layout.EvolvingRanges, into[i]);
            }
        }

        FlatVector[] solution = _solution[..count];
        double residual = gmres.Solve(Product, vectors, solution, Tolerance, 1);
        for (int i = 0; i < count; i++)
        {
            LinearCombination.Write(null, [1], [solution[i]], layout.EvolvingRanges, vectors[i]);
        }

        return residual <= Useless;
    }

    public override void Dispose()
    {
        foreach (var vector in _products.Concat(_solution))
        {
            vector.Dispose();
        }

        foreach (var solver in _solvers.Values)
        {
            solver.Dispose();
        }
    }
}
