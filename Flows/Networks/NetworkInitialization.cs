using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>Initial parameters of a network.</summary>
public static class NetworkInitialization
{
    /// <summary>
    /// Overwrites all parameters: by the law that the kind of layer states, mostly uniform in ±1/√(fan-in), as the layers of the FFJORD authors start, the last layer scaled by
    /// <see cref="NetworkOptions.LastLayerScale"/>; parameters of the activation get its initial value.
    /// </summary>
    /// <remarks>For weights that is the law of He et al. 2015 (1502.01852) with a slope of √5, which PyTorch starts linear and convolutional layers from.</remarks>
    /// <param name="options">The shape.</param>
    /// <param name="uniforms">Draws: (row, count) to that many numbers in (0, 1). The row is the index of the segment; normal entries take two numbers each.</param>
    /// <param name="intoParameters">Receives the parameters; has the options' layout.</param>
    /// <exception cref="ArgumentException">The vector has another layout, or too few numbers were drawn.</exception>
    public static void Initialize(this NetworkOptions options, Func<long, long, double[]> uniforms, FlatVector intoParameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(uniforms);
        options.CheckLayout(intoParameters);
        using var scope = NewDisposeScope();
        var sizes = options.Sizes;
        var layers = options.LayerType.Parameters(sizes);
        for (int i = 0; i < layers.Count; i++)
        {
            var (_, layer, scale, scalesOutput) = layers[i];
            Draw(i, scale * (scalesOutput && layer == sizes.Count - 1 ? options.LastLayerScale : 1), layers[i].Law);
        }

        using Scalar initial = options.Activation.InitialValue;
        var (first, count) = options.ActivationParameters.GetOffsetAndLength(int.MaxValue);
        for (int i = first; i < first + count; i++)
        {
            intoParameters[i].fill_(initial);
        }

        if (options.ContextDimension > 0)
        {
            Draw(intoParameters.Layout.Segments.Count - 1, 1 / Math.Sqrt(options.ContextDimension), InitialLaw.Uniform);
        }

        void Draw(int index, double scale, InitialLaw law)
        {
            if (law == InitialLaw.Uniform)
            {
                UniformSegments.Draw(uniforms, index, scale, intoParameters);
                return;
            }

            var segment = intoParameters.Layout.Segments[index];
            double[] draws = uniforms(index, 2 * segment.Length);
            if (draws.Length != 2 * segment.Length)
            {
                throw new ArgumentException($"Segment '{segment.Name}' needs two for each of its {segment.Length} normal numbers; {draws.Length} were drawn.", nameof(uniforms));
            }

            using Scalar factor = scale;
            intoParameters[index].copy_(tensor(Normals(draws), dtype: ScalarType.Float64).mul_(factor).view(segment.Shape));
        }
    }

    /// <summary>Half as many normal numbers (Box and Muller 1958).</summary>
    private static double[] Normals(double[] uniforms) =>
        [.. Enumerable.Range(0, uniforms.Length / 2).Select(i => Math.Sqrt(-2 * Math.Log(uniforms[2 * i])) * Math.Cos(2 * Math.PI * uniforms[(2 * i) + 1]))];
}
