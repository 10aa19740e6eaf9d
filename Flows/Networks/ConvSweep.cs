using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The sweep over convolutions and activations, forward and back, on folded kernels, or row by row where times differ.</summary>
internal static class ConvSweep
{
    /// <summary>a_l = W_l * h_(l-1) + b_l, gated by half of it where the kind says so, and h_l = φ(a_l) for values; ȧ_l = W_l * ḣ_(l-1) and ḣ_l = φ'(a_l) ȧ_l for tangents.</summary>
    internal static void Forward(ConvTape tape, ConvWorkspace workspace, int from, int to)
    {
        var byRow = workspace.ByRow;
        int last = tape.Inputs.Length - 1;
        for (int l = from; l < to; l++)
        {
            if (byRow is not null)
            {
                byRow.Forward(l, tape.Images[l], tape.AffineImages[l]);
            }
            else
            {
                Convolution.Forward(tape.Images[l], workspace.Kernel[l], workspace.Geometries[l], tape.AffineImages[l]);
                WriteMap(workspace, l);
            }

            if (l == 0)
            {
                workspace.Context?.AddTo(tape.Context!, tape.FirstValues);
            }

            if (tape.Gates.Count > 0)
            {
                tape.Gates[l].Forward(byRow is null ? workspace.Map[l] : null);
            }

            if (l < last)
            {
                workspace.Network.Options.Activation.Forward((byRow?.NoBias ?? workspace.UnitBias)[l], workspace.ActivationParameters, tape.Activations[l]);
            }
        }

        if (to > last && byRow is null)
        {
            tape.Outputs[last].Values.add_(workspace.UnitBias[last], Layers.CachedScalars.One);
        }
    }

    /// <summary>From the cotangents of what the last of these layers hands on to those of what all of them put out, left in the workspace.</summary>
    internal static void Pullback(ConvTape tape, ConvWorkspace workspace, int from, int to)
    {
        for (int l = to - 1; l >= from; l--)
        {
            if (l < to - 1 && workspace.ByRow is { } byRow)
            {
                byRow.PullbackInput(l + 1, workspace.CotangentImages[l + 1], workspace.UnitCotangentImages[l]);
            }
            else if (l < to - 1)
            {
                Convolution.PullbackImages(workspace.CotangentImages[l + 1], tape.Images[l + 1], workspace.Kernel[l + 1], workspace.Geometries[l + 1], workspace.UnitCotangentImages[l]);
            }

            if (l < tape.Activations.Length)
            {
                workspace.Network.Options.Activation.Pullback(tape.Activations[l], workspace.ActivationParameters, workspace.UnitCotangent[l], workspace.ActivationCotangent);
            }

            if (tape.Gates.Count > 0)
            {
                tape.Gates[l].Pullback(workspace.UnitCotangent[l], workspace.Cotangent[l]);
            }
        }
    }

    /// <summary>The cotangent of the input values.</summary>
    internal static void PullbackInput(ConvTape tape, ConvWorkspace workspace, torch.Tensor intoInput)
    {
        using var images = workspace.Images(intoInput, 0);
        if (workspace.ByRow is { } byRow)
        {
            byRow.PullbackInput(0, workspace.FirstCotangentValues, images);
        }
        else
        {
            Convolution.PullbackImages(workspace.FirstCotangentValues, tape.InputValues, workspace.Kernel[0], workspace.Geometries[0], images);
        }
    }

    /// <summary>Cotangents of the layers' parameters, weighted, and of time.</summary>
    internal static void PullbackParameters(ConvTape tape, ConvWorkspace workspace, double weight, FlatVector? intoGradient, torch.Tensor? intoTime)
    {
        if (workspace.ByRow is not { } byRow)
        {
            PullbackWeights(tape, workspace);
            workspace.Fold.Pullback(workspace.WeightCotangent, weight, intoGradient, intoTime);
            return;
        }

        intoTime?.fill_(Layers.CachedScalars.Zero);
        for (int l = 0; l < workspace.Kernel.Length; l++)
        {
            byRow.PullbackParameters(l, workspace.CotangentImages[l], tape.Images[l], weight, intoGradient, intoTime);
        }
    }

    /// <summary>Cotangents of W_l, one product for values and tangents, and of b_l, a sum over the rows and pixels of the values.</summary>
    private static void PullbackWeights(ConvTape tape, ConvWorkspace workspace)
    {
        for (int l = 0; l < workspace.Kernel.Length; l++)
        {
            using var scope = torch.NewDisposeScope();
            Convolution.PullbackWeight(workspace.CotangentImages[l], tape.Images[l], workspace.Kernel[l], workspace.Geometries[l], workspace.KernelCotangent[l]);
            workspace.Map[l].addmv_(workspace.Cotangent[l].ValuesTransposed, workspace.Ones, 0f, 1f);
            workspace.WeightCotangent.Bias[l].copy_(workspace.MapImage[l].sum([0L, 2L, 3L]));
            if (workspace.FixedKernel.Length > 0)
            {
                Convolution.PullbackWeight(workspace.MapImage[l], workspace.FixedImage[l], workspace.FixedKernel[l], workspace.Geometries[l], workspace.FixedKernelCotangent[l]);
            }
        }
    }

    /// <summary>What a layer adds to its values at each pixel: the bias, and what inputs that are the same in all rows bring, less near the border.</summary>
    private static void WriteMap(ConvWorkspace workspace, int layer)
    {
        var map = workspace.MapImage[layer].copy_(workspace.BiasChannel[layer]);
        if (workspace.FixedKernel.Length > 0)
        {
            using var atEachPixel = Convolution.Forward(workspace.FixedImage[layer], workspace.FixedKernel[layer], workspace.Geometries[layer]);
            map.add_(atEachPixel, Layers.CachedScalars.One);
        }
    }
}
