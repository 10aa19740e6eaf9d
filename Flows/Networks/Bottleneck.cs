using FlowOde.Flows.Layers;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// The order in which a chain f = g∘h with a narrow layer between is gone through so that tangents are those of J_h J_g, which has the trace of ∂f/∂z = J_g J_h
/// and the size of that layer: values by h; values with directions e by g; then values with the tangents J_g e by h again.
/// </summary>
/// <remarks>Grathwohl et al. 2019 (FFJORD), §3.1.1, Eq. 9, in forward mode: the authors take two products with transposed Jacobians, of the same number.</remarks>
internal static class Bottleneck
{
    /// <summary>f and J_h J_g e, the latter in the leading columns of the output.</summary>
    internal static void Forward(ChainTape tape, ChainWorkspace workspace)
    {
        var (values, m) = (workspace.Values, workspace.Bottleneck);
        values.Input.Values.copy_(tape.Input.Values);
        if (tape.Context is not null)
        {
            values.Context!.copy_(tape.Context);
        }

        values.Forward(0, m);
        tape.Inputs[m].Values.copy_(values.Outputs[m - 1].Values);
        CopyFromRows(tape.Input, tape, tape.Inputs[m], m);
        tape.Forward(m, tape.Inputs.Length);

        tape.Inputs[0].Values.copy_(tape.Input.Values);
        tape.Inputs[0].Tangents.copy_(tape.Outputs[^1].Tangents);
        tape.Forward(0, m);
        tape.Output.Values.copy_(tape.Outputs[^1].Values);
        CopyToRows(tape.Outputs[m - 1], tape, m, tape.Output);
    }

    /// <summary>Cotangents of what all layers put out: back through h for the cotangent of J_g e, which depends on tangents alone, through g, and through h again.</summary>
    internal static void Pullback(ChainTape tape, ChainWorkspace workspace)
    {
        int m = workspace.Bottleneck, layers = tape.Inputs.Length;
        var (narrow, last, cotangent) = (workspace.UnitCotangent[m - 1], workspace.UnitCotangent[^1], workspace.OutputCotangent);
        narrow.Stacked.fill_(CachedScalars.Zero);
        CopyFromRows(cotangent, tape, narrow, m);
        tape.Pullback(0, m);
        tape.PullbackInput(0, tangents: true, last);

        workspace.ClearActivationCotangent(); // the first way through h is not of the gradient

        last.Values.copy_(cotangent.Values);
        tape.Pullback(m, layers);
        narrow.Stacked.fill_(CachedScalars.Zero);
        tape.PullbackInput(m, tangents: false, narrow);
        CopyFromRows(cotangent, tape, narrow, m);
        tape.Pullback(0, m);
    }

    /// <summary>The leading columns of tangents in rows, as tangents before layer m.</summary>
    private static void CopyFromRows(Dual rows, ChainTape tape, Dual into, int layer)
    {
        using var scope = torch.NewDisposeScope();
        var tangents = tape.TangentsOf(into, layer);
        tangents.copy_(Leading(rows, tangents).reshape(tangents.shape));
    }

    private static void CopyToRows(Dual dual, ChainTape tape, int layer, Dual intoRows)
    {
        using var scope = torch.NewDisposeScope();
        var tangents = tape.TangentsOf(dual, layer);
        var leading = Leading(intoRows, tangents);
        leading.copy_(tangents.reshape(leading.shape));
    }

    /// <summary>As many columns of a dual's tangents as others have numbers a row, [K, B, columns].</summary>
    private static torch.Tensor Leading(Dual rows, torch.Tensor others) => rows.Tangents.narrow(2, 0, others.NumberOfElements / others.size(0));
}
