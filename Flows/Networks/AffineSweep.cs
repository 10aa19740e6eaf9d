using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// The sweep over affine layers and activations, forward and back, on folded weights: where the time of the whole product goes. A
/// fused kernel for small networks takes the place of this class.
/// </summary>
internal static class AffineSweep
{
    /// <summary>a_l = W_l h_(l-1) + b_l, gated by half of it where the kind says so, and h_l = φ(a_l) for values; ȧ_l = W_l ḣ_(l-1) and ḣ_l = φ'(a_l) ȧ_l for tangents.</summary>
    internal static void Forward(MlpTape tape, MlpWorkspace workspace)
    {
        var affine = workspace.Fold.Affine;
        int last = tape.Layers.Length - 2;
        for (int l = 0; l <= last; l++)
        {
            tape.Affine[l].Stacked.addmm_(tape.Layers[l].Stacked, affine.MatrixTransposed[l], 0f, 1f);
            if (l == 0)
            {
                workspace.Context?.AddTo(tape.Context!, tape.FirstValues);
            }

            if (tape.Gates.Count > 0)
            {
                tape.Gates[l].Forward(affine.Column[l]);
            }

            if (l < last)
            {
                workspace.Network.Options.Activation.Forward(workspace.UnitBias[l], workspace.ActivationParameters, tape.Activations[l]);
            }
        }

        tape.Output.Values.add_(workspace.UnitBias[last], Layers.CachedScalars.One);
    }

    /// <summary>Cotangents of all pre-activations, left in the workspace, and of the input values.</summary>
    internal static void Pullback(MlpTape tape, MlpWorkspace workspace, torch.Tensor intoInput)
    {
        var affine = workspace.Fold.Affine;
        foreach (var cotangent in workspace.ActivationCotangent)
        {
            cotangent.fill_(Layers.CachedScalars.Zero);
        }

        int last = tape.Layers.Length - 2;
        for (int l = last; l >= 0; l--)
        {
            if (l < last)
            {
                workspace.UnitCotangent[l].Stacked.addmm_(workspace.Cotangent[l + 1].Stacked, affine.Matrix[l + 1], 0f, 1f);
                workspace.Network.Options.Activation.Pullback(tape.Activations[l], workspace.ActivationParameters, workspace.UnitCotangent[l], workspace.ActivationCotangent);
            }

            if (tape.Gates.Count > 0)
            {
                tape.Gates[l].Pullback(workspace.UnitCotangent[l], workspace.Cotangent[l]);
            }
        }

        var input = workspace.InputCotangent?.Values ?? intoInput;
        input.addmm_(workspace.Cotangent[0].Values, affine.Matrix[0], 0f, 1f);
        if (workspace.InputCotangent is not null)
        {
            intoInput.copy_(input);
        }
    }

    /// <summary>Cotangents of W_l, one product for values and tangents, and of b_l, a sum over the rows of the values.</summary>
    internal static void PullbackWeights(MlpTape tape, MlpWorkspace workspace)
    {
        for (int l = 0; l < workspace.Cotangent.Length; l++)
        {
            workspace.WeightCotangent.Matrix[l].addmm_(workspace.Cotangent[l].StackedTransposed, tape.Layers[l].Stacked, 0f, 1f);
            workspace.WeightCotangent.Column[l].addmv_(workspace.Cotangent[l].ValuesTransposed, workspace.Ones, 0f, 1f);
        }
    }
}
