using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>Seeded draws for tests: row by row, so that a row's numbers do not depend on its batch.</summary>
internal static class SeededDraws
{
    internal static RandomStream Stream(int seed) => new((ulong)seed, RandomPurpose.Probe, 0);

    internal static long[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    /// <summary>Parameters at the options' initial law, with every segment drawn, also the activation's; layers whose functions of time start as constants get others.</summary>
    internal static FlatVector Parameters(NetworkOptions options, int seed, torch.ScalarType dtype = torch.ScalarType.Float64)
    {
        var parameters = new FlatVector(options.ParameterLayout, dtype);
        options.Initialize((row, count) => [.. Doubles(HashCode(seed, row), (int)count)], parameters);
        using var scope = torch.NewDisposeScope();
        if (options.LayerType is HyperLayers)
        {
            using var drawn = Vector(options.ParameterLayout, seed, dtype);
            using Scalar scale = 0.4;
            parameters.Flat.copy_(drawn.Flat.mul_(scale));
        }

        if (options.Activation.Segments.Count > 0)
        {
            parameters[options.LayerType.Parameters(options.Sizes).Count].Fill(1.3);
        }

        return parameters;
    }

    /// <summary>A vector of seeded numbers in (−1, 1); entries between segments stay zero.</summary>
    internal static FlatVector Vector(VectorLayout layout, int seed, torch.ScalarType dtype = torch.ScalarType.Float64)
    {
        var vector = new FlatVector(layout, dtype);
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < layout.Segments.Count; i++)
        {
            var values = Doubles(HashCode(seed, i), (int)layout.Segments[i].Length).Select(u => (2 * u) - 1).ToArray();
            vector[i].copy_(torch.tensor(values).view(layout.Segments[i].Shape));
        }

        return vector;
    }

    private static IEnumerable<double> Doubles(int seed, int count)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => random.NextDouble());
    }

    private static int HashCode(int seed, long row) => unchecked((seed * 7919) + (int)(row * 104729) + 17);
}
