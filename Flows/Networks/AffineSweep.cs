using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// The sweep over affine layers and activations, forward and back, on folded weights, or row by row where times differ: where the time of the whole product goes. A
/// fused kernel for small networks takes the place of this class.
/// </summary>
internal static class AffineSweep
{
    /// <summary>a_l = W_l h_(l-1) + b_l, gated by half of it where the kind says so, and h_l = φ(a_l) for values; ȧ_l = W_l ḣ_(l-1) and ḣ_l = φ'(a_l) ȧ_l for tangents.</summary>
    internal static void Forward(MlpTape tape, MlpWorkspace workspace, int from, int to)
    {
        var (affine, byRow) = (workspace.Fold.Affine, workspace.ByRow);
        int last = tape.Inputs.Length - 1;
        for (int l = from; l < to; l++)
        {
            if (byRow is not null)
            {
                byRow.Forward(l, tape.Inputs[l].Stacked, tape.Affine[l].Stacked);
            }
            else
            {
                tape.Affine[l].Stacked.addmm_(tape.Inputs[l].Stacked, affine.MatrixTransposed[l], 0f, 1f);
            }

            if (l == 0)
            {
                workspace.Context?.AddTo(tape.Context!, tape.FirstValues);
            }

            if (tape.Gates.Count > 0)
            {
                tape.Gates[l].Forward(byRow is null ? affine.Column[l] : null);
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
    internal static void Pullback(MlpTape tape, MlpWorkspace workspace, int from, int to)
    {
        var affine = workspace.Fold.Affine;
        for (int l = to - 1; l >= from; l--)
        {
            if (l < to - 1 && workspace.ByRow is { } byRow)
            {
                byRow.PullbackInput(l + 1, workspace.Cotangent[l + 1].Stacked, workspace.UnitCotangent[l].Stacked);
            }
            else if (l < to - 1)
            {
                workspace.UnitCotangent[l].Stacked.addmm_(workspace.Cotangent[l + 1].Stacked, affine.Matrix[l + 1], 0f, 1f);
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
    internal static void PullbackInput(MlpWorkspace workspace, torch.Tensor intoInput)
    {
        var input = workspace.InputCotangent?.Values ?? intoInput;
        if (workspace.ByRow is { } byRow)
        {
            byRow.PullbackInput(0, workspace.Cotangent[0].Values, input);
        }
        else
        {
            input.addmm_(workspace.Cotangent[0].Values, workspace.Fold.Affine.Matrix[0], 0f, 1f);
        }

        if (workspace.InputCotangent is not null)
        {
            intoInput.copy_(input);
        }
    }

    /// <summary>Cotangents of the layers' parameters, weighted, and of time.</summary>
    internal static void PullbackParameters(MlpTape tape, MlpWorkspace workspace, double weight, FlatVector? intoGradient, torch.Tensor? intoTime)
    {
        if (workspace.ByRow is not { } byRow)
        {
            PullbackWeights(tape, workspace);
            workspace.Fold.Pullback(workspace.WeightCotangent, weight, intoGradient, intoTime);
            return;
        }

        intoTime?.fill_(Layers.CachedScalars.Zero);
        for (int l = 0; l < workspace.Cotangent.Length; l++)
        {
            byRow.PullbackParameters(l, workspace.Cotangent[l].Stacked, tape.Inputs[l].Stacked, weight, intoGradient, intoTime);
        }
    }

    /// <summary>Cotangents of W_l, one product for values and tangents, and of b_l, a sum over the rows of the values.</summary>
    private static void PullbackWeights(MlpTape tape, MlpWorkspace workspace)
    {
        for (int l = 0; l < workspace.Cotangent.Length; l++)
        {
            workspace.WeightCotangent.Matrix[l].addmm_(workspace.Cotangent[l].StackedTransposed, tape.Inputs[l].Stacked, 0f, 1f);
            workspace.WeightCotangent.Column[l].addmv_(workspace.Cotangent[l].ValuesTransposed, workspace.Ones, 0f, 1f);
        }
    }
}
