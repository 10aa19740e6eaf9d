using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Benchmarks;

/// <summary>Inputs of benchmarks, the same in every run, in float32 on the CPU.</summary>
internal static class Seeded
{
    public static RandomSource Source { get; } = new(1);

    /// <summary>The row numbers 0, 1, ….</summary>
    public static long[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    /// <summary>Standard normal numbers, [rows, columns]; belong to the caller.</summary>
    public static Tensor Normal(int rows, int columns)
    {
        var values = new float[rows * columns];
        Source.Stream(RandomPurpose.Sample, 0).FillNormal<float>(Rows(rows), columns, values);
        return tensor(values, rows, columns);
    }

    /// <summary>A vector of standard normal numbers; belongs to the caller.</summary>
    public static FlatVector Vector(VectorLayout layout)
    {
        var vector = new FlatVector(layout, ScalarType.Float32);
        using var scope = NewDisposeScope();
        for (int i = 0; i < layout.Segments.Count; i++)
        {
            vector[i].copy_(Normal(1, (int)layout.Segments[i].Length).view(layout.Segments[i].Shape));
        }

        return vector;
    }

    /// <summary>The initial parameters of a network; belong to the caller.</summary>
    public static FlatVector Parameters(NetworkOptions options)
    {
        var parameters = new FlatVector(options.ParameterLayout, ScalarType.Float32);
        options.Initialize(Uniforms, parameters);
        return parameters;
    }

    /// <summary>Overwrites values and tangents by standard normal numbers.</summary>
    public static void Fill(Dual into)
    {
        using var numbers = Normal((int)into.Stacked.shape[0], (int)into.Width);
        into.Stacked.copy_(numbers);
    }

    private static double[] Uniforms(long row, long count)
    {
        var values = new double[count];
        Source.Stream(RandomPurpose.Initialization, 0).FillUniform<double>([row], (int)count, values);
        return values;
    }
}
