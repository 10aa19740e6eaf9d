using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>Draws the first values of parameters.</summary>
internal static class UniformSegments
{
    /// <summary>Overwrites a segment with numbers that are uniform in ±<paramref name="bound"/>; temporaries stay in the caller's scope.</summary>
    /// <param name="uniforms">Draws: (row, count) to that many numbers in (0, 1). The row is the index of the segment.</param>
    /// <param name="segment">The index of the segment.</param>
    /// <param name="bound">The largest absolute value.</param>
    /// <param name="intoParameters">Receives them.</param>
    /// <exception cref="ArgumentException">Too few or too many numbers were drawn.</exception>
    internal static void Draw(Func<long, long, double[]> uniforms, int segment, double bound, FlatVector intoParameters)
    {
        var place = intoParameters.Layout.Segments[segment];
        double[] draws = uniforms(segment, place.Length);
        if (draws.Length != place.Length)
        {
            throw new ArgumentException($"Segment '{place.Name}' needs {place.Length} numbers; {draws.Length} were drawn.", nameof(uniforms));
        }

        var values = torch.tensor(Array.ConvertAll(draws, u => bound * ((2 * u) - 1)), dtype: torch.ScalarType.Float64);
        intoParameters[segment].copy_(values.view(place.Shape));
    }
}
