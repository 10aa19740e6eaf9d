using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>
/// A smooth function φ applied to each number of a dual: values a → φ(a), tangents ȧ → φ'(a) ȧ. Immutable; its tape is apart.
/// </summary>
/// <remarks>
/// The reverse sweep is that of a second-order pullback: for cotangents η of the value and η̇_k of the tangents,
/// α = φ' η + Σ_k φ'' ȧ_k η̇_k and β_k = φ' η̇_k. Where φ'' ȧ is a multiple c of the output's tangent φ' ȧ, inputs need not be kept.
/// In float32 on the CPU a kind may bring a pass over spans instead of the tensor operations.
/// </remarks>
public abstract class Activation
{
    /// <summary>The name in configurations.</summary>
    public abstract string Name { get; }

    /// <summary>What it computes, in one line.</summary>
    public abstract string Description { get; }

    /// <summary>Parameters of its own, shared by all layers; none by default.</summary>
    public virtual IReadOnlyList<Segment> Segments => [];

    /// <summary>What the parameters start from.</summary>
    public virtual double InitialValue => 0;

    /// <summary>What the tape keeps besides the output.</summary>
    protected abstract ActivationKeeps Keeps { get; }

    /// <summary>The pass over spans, or null where there is none.</summary>
    private protected virtual SpanPass? Spans => null;

    /// <summary>Makes a tape for this activation. Belongs to the caller; output and scratch stay the caller's.</summary>
    public ActivationTape CreateTape(Dual output, ActivationScratch scratch) => new(output, scratch, Keeps);

    /// <summary>Adds the bias and applies φ in place: values [B, w] become φ(a + bias), tangents [K, B, w] φ'(a + bias) ȧ.</summary>
    /// <param name="bias">Of the values, [w].</param>
    /// <param name="parameters">The views of <see cref="Segments"/>.</param>
    /// <param name="tape">Whose output is worked on, and which receives what the pullback needs.</param>
    public void Forward(Tensor bias, IReadOnlyList<Tensor> parameters, ActivationTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (Spans is { } spans && SpanPass.Fits(tape.Output))
        {
            spans.Forward(bias, tape);
            return;
        }

        var output = tape.Output;
        var slope = tape.Slope ?? tape.Scratch.Slope;
        output.Values.add_(bias, CachedScalars.One);
        tape.Values?.copy_(output.Values);
        tape.Tangents?.copy_(output.Tangents);
        Apply(output.Values, parameters, slope, tape.Curvature, tape.Scratch);
        if (output.TangentCount > 0)
        {
            output.Tangents.mul_(slope);
        }
    }

    /// <summary>Replaces the cotangent of the output by that of the input, in place: η, η̇ become α, β.</summary>
    /// <param name="tape">The tape of the evaluation.</param>
    /// <param name="parameters">The views of <see cref="Segments"/>.</param>
    /// <param name="intoCotangent">Cotangents of values and tangents, of the output's shape; overwritten.</param>
    /// <param name="intoParameters">Is added to: a cotangent for each segment.</param>
    public void Pullback(ActivationTape tape, IReadOnlyList<Tensor> parameters, Dual intoCotangent, IReadOnlyList<Tensor> intoParameters)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        if (Spans is { } spans && SpanPass.Fits(tape.Output))
        {
            spans.Pullback(tape, intoCotangent);
            return;
        }

        PullbackParameters(tape, parameters, intoCotangent, intoParameters);
        var (slope, factor) = Factors(tape);
        intoCotangent.Values.mul_(slope);
        if (intoCotangent.TangentCount == 0)
        {
            return;
        }

        var sum = tape.Scratch.Sum.copy_(intoCotangent.Tangent[0]).mul_(tape.Tangent[0]);
        for (int k = 1; k < intoCotangent.TangentCount; k++)
        {
            sum.addcmul_(intoCotangent.Tangent[k], tape.Tangent[k], CachedScalars.One);
        }

        intoCotangent.Values.addcmul_(sum, factor, CachedScalars.One);
        intoCotangent.Tangents.mul_(slope);
    }

    /// <summary>φ(a) with tangents φ'(a) ȧ as torch expressions, for autograd.</summary>
    /// <param name="inputs">a [B, w] and its tangents ȧ [K, B, w].</param>
    /// <param name="parameters">A tensor for each of <see cref="Segments"/>.</param>
    /// <returns>New tensors; temporaries stay in the caller's scope.</returns>
    public DualExpression Express(DualExpression inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var (value, slope) = Express(inputs.Values, parameters);
        return new(value, inputs.Tangents?.mul(slope));
    }

    /// <summary>φ(a) and φ'(a) as torch expressions; differentiating the slope gives φ''.</summary>
    /// <param name="inputs">a, [B, w]. Not changed.</param>
    /// <param name="parameters">A tensor for each of <see cref="Segments"/>.</param>
    protected abstract (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters);

    /// <summary>Applies φ to the values in place, by tensor operations.</summary>
    /// <param name="values">a, then φ(a), [B, w].</param>
    /// <param name="parameters">The views of <see cref="Segments"/>.</param>
    /// <param name="intoSlope">Receives φ'(a), [B, w]; on the tape where it is kept.</param>
    /// <param name="intoCurvature">Receives φ''(a), [B, w]; null where it is not kept or there are no tangents.</param>
    /// <param name="scratch">Factor and Sum may be used, and Slope where it is not <paramref name="intoSlope"/>.</param>
    protected abstract void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch);

    /// <summary>
    /// φ'(a) and the factor c of the second-order term Σ_k c s_k η̇_k, where s are the kept tangents ȧ (c = φ'') or else the outputs' φ' ȧ
    /// (c = φ''/φ'). Both [B, w], kept or in the scratch buffers Slope and Factor. The kept slope and curvature by default.
    /// </summary>
    protected virtual (Tensor Slope, Tensor Factor) Factors(ActivationTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return (tape.Slope!, tape.Curvature ?? tape.Scratch.Factor);
    }

    /// <summary>Adds the cotangents of the activation's own parameters; there are none by default.</summary>
    protected virtual void PullbackParameters(ActivationTape tape, IReadOnlyList<Tensor> parameters, Dual cotangent, IReadOnlyList<Tensor> intoParameters)
    {
    }
}
