using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.TraceEstimators;

/// <summary>f(z) = A z, whose every functional has a closed form.</summary>
internal static class LinearField
{
    /// <summary>The channels after z for the state z = 1, 2, …, one row a direction where those are given.</summary>
    internal static double[][] Channels(double[,] matrix, ITraceEstimator trace, Directions? given = null, params IRegularizer[] regularizers)
    {
        using var scope = NewDisposeScope();
        int dimension = matrix.GetLength(0);
        var options = new MlpOptions { Dimension = dimension, Hidden = [], LayerType = new IgnoreLayers() };
        using var parameters = new FlatVector(options.ParameterLayout, ScalarType.Float64);
        parameters["weight.0"].copy_(from_array(matrix));
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), trace, regularizers);
        using var directions = given ?? dynamics.DrawDirections(SeededDraws.Rows(6), SeededDraws.Stream(1));
        var field = dynamics.ForSolve(directions);
        var layout = field.StateLayout(directions.Rows);
        FlatVector state = new(layout, ScalarType.Float64), cotangent = new(layout, ScalarType.Float64);
        state[0].copy_(Arange(1, dimension + 1, dtype: ScalarType.Float64).expand(directions.Rows, dimension));
        using var run = new FieldRun(field, state, 0.5, cotangent);
        return [.. Enumerable.Range(1, layout.Segments.Count - 1).Select(i => run.Derivative.AsSpan<double>(i).ToArray())];
    }

    internal static double[,] Random(int dimension, int seed)
    {
        var random = new Random(seed);
        double[,] matrix = new double[dimension, dimension];
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j < dimension; j++)
            {
                matrix[i, j] = (2 * random.NextDouble()) - 1;
            }
        }

        return matrix;
    }
}
