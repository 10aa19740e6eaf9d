using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The sweep over convolutions and activations, forward and back, on folded kernels.</summary>
internal static class ConvSweep
{
    /// <summary>a_l = W_l * h_(l-1) + b_l and h_l = φ(a_l) for values; ȧ_l = W_l * ḣ_(l-1) and ḣ_l = φ'(a_l) ȧ_l for tangents.</summary>
    internal static void Forward(ConvTape tape, ConvWorkspace workspace)
    {
        int last = workspace.Kernel.Length - 1;
        for (int l = 0; l <= last; l++)
        {
            Convolution.Forward(tape.Images[l], workspace.Kernel[l], tape.Images[l + 1]);
            WriteMap(workspace, l);
            if (l == 0)
            {
                workspace.Context?.AddTo(tape.Context!, tape.FirstValues);
            }

            if (l < last)
            {
                workspace.Network.Options.Activation.Forward(workspace.Map[l], workspace.ActivationParameters, tape.Activations[l]);
            }
        }

        tape.Output.Values.add_(workspace.Map[last], Layers.CachedScalars.One);
    }

    /// <summary>Cotangents of all pre-activations, left in the workspace, and of the input values.</summary>
    internal static void Pullback(ConvTape tape, ConvWorkspace workspace, torch.Tensor intoInput)
    {
        foreach (var cotangent in workspace.ActivationCotangent)
        {
            cotangent.fill_(Layers.CachedScalars.Zero);
        }

        for (int l = workspace.Kernel.Length - 1; l > 0; l--)
        {
            Convolution.PullbackImages(workspace.CotangentImages[l], tape.Images[l], workspace.Kernel[l], workspace.CotangentImages[l - 1]);
            workspace.Network.Options.Activation.Pullback(tape.Activations[l - 1], workspace.ActivationParameters, workspace.Cotangent[l - 1], workspace.ActivationCotangent);
        }

        using var images = workspace.Images(intoInput, 0);
        Convolution.PullbackImages(workspace.FirstCotangentValues, tape.InputValues, workspace.Kernel[0], images);
    }

    /// <summary>Cotangents of W_l, one product for values and tangents, and of b_l, a sum over the rows and pixels of the values.</summary>
    internal static void PullbackWeights(ConvTape tape, ConvWorkspace workspace)
    {
        for (int l = 0; l < workspace.Kernel.Length; l++)
        {
            using var scope = torch.NewDisposeScope();
            Convolution.PullbackWeight(workspace.CotangentImages[l], tape.Images[l], workspace.Kernel[l], workspace.KernelCotangent[l]);
            workspace.Map[l].addmv_(workspace.Cotangent[l].ValuesTransposed, workspace.Ones, 0f, 1f);
            workspace.WeightCotangent.Bias[l].copy_(workspace.MapImage[l].sum([0L, 2L, 3L]));
            if (workspace.OnesKernel.Length > 0)
            {
                Convolution.PullbackWeight(workspace.MapImage[l], workspace.OnesImage, workspace.OnesKernel[l], workspace.OnesKernelCotangent[l]);
            }
        }
    }

    /// <summary>What a layer adds to its values at each pixel: the bias, and near the border less of what an input of ones brings.</summary>
    private static void WriteMap(ConvWorkspace workspace, int layer)
    {
        var map = workspace.MapImage[layer].copy_(workspace.BiasChannel[layer]);
        if (workspace.OnesKernel.Length > 0)
        {
            using var atEachPixel = Convolution.Forward(workspace.OnesImage, workspace.OnesKernel[layer]);
            map.add_(atEachPixel, Layers.CachedScalars.One);
        }
    }
}
