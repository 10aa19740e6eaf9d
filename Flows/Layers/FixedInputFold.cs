using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// The kernels R(t) of inputs that are the same in all rows: those of the channel of ones are R t, since that channel stands for time; those of coordinates do
/// not depend on it. A part of <see cref="GatedFold"/>.
/// </summary>
/// <param name="sizes">The widths.</param>
/// <param name="channels">Number of such inputs, at least 1; the first is the channel of ones.</param>
/// <param name="first">The index of the first of the segments that hold R, among those of the parameters.</param>
/// <param name="parameters">The parameters; belong to the caller.</param>
internal sealed class FixedInputFold(LayerSizes sizes, int channels, int first, FlatVector parameters)
{
    /// <summary>R(t) of all layers.</summary>
    internal void Compute(double time, FlatVector into)
    {
        using var scope = NewDisposeScope();
        using Scalar factor = time;
        into.Flat.copy_(All(parameters, first, into));
        foreach (var ofTime in OfTime(into, 0, into))
        {
            ofTime.mul_(factor);
        }
    }

    /// <summary>Adds to the gradient and the cotangent of time, as <see cref="LayerFold.Pullback"/> has them.</summary>
    internal void Pullback(double time, FlatVector cotangent, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        using var scope = NewDisposeScope();
        using Scalar t = time, w = weight;
        foreach (var (ofTime, kernels) in OfTime(cotangent, 0, cotangent).Zip(OfTime(parameters, first, cotangent)))
        {
            intoTime?.add_(ofTime.mul(kernels).sum(), CachedScalars.One);
            ofTime.mul_(t);
        }

        if (intoGradient is not null)
        {
            All(intoGradient, first, cotangent).add_(cotangent.Flat, w);
        }
    }

    /// <summary>The kernels that grow with time: all of them as one view, or of each layer where there are others between.</summary>
    private IEnumerable<Tensor> OfTime(FlatVector vector, int from, FlatVector like) => channels == 1
        ? [All(vector, from, like)]
        : Enumerable.Range(0, sizes.Count).Select(l => vector[from + l].narrow(1, 0, sizes.Area(l)));

    private static Tensor All(FlatVector vector, int from, FlatVector like) => vector.Flat.narrow(0, vector.Layout.Segments[from].Offset, like.Layout.Length);
}
