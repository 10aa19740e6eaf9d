using FlowOde.Flows.Layers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// A network R^D → R^D that depends on time, with its tangents and their closed-form pullback. Immutable; may be shared between
/// threads. Which directions the tangents have, and what is read from them, it does not know.
/// </summary>
public interface INetwork
{
    /// <summary>Number D of inputs and outputs of a row.</summary>
    long Dimension { get; }

    /// <summary>Number C of further numbers a row that the field depends on and that do not change in time, such as a class; 0 for none.</summary>
    long ContextDimension { get; }

    /// <summary>
    /// Number H of numbers of a direction, in the leading columns of the tangents; the others are zero. D, but less of a network with a bottleneck: tangents
    /// are then products not with ∂f/∂z but with an H × H matrix of the same trace.
    /// </summary>
    long DirectionDimension => Dimension;

    /// <summary>The parameters; a gradient has the same layout. Belongs to the model.</summary>
    FlatVector Parameters { get; }

    /// <summary>Products of a weight with an input in one evaluation of one row: what an evaluation cannot do without, and each tangent and each half of a pullback again.</summary>
    long Products { get; }

    /// <summary>Which product of the Jacobian with a direction the tangents of the output are.</summary>
    /// <value><see cref="TangentProduct.JacobianTimesDirection"/> by default, as closed forms have it.</value>
    TangentProduct TangentProduct => TangentProduct.JacobianTimesDirection;

    /// <summary>Makes scratch memory and tapes. Belongs to the caller.</summary>
    /// <param name="spec">Rows, type and device; the last two are those of the parameters.</param>
    /// <param name="tangents">Number K of tangents of a row; 0 for values alone.</param>
    NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents);

    /// <summary>Computes the tape's output from its input, values and tangents, and its context.</summary>
    /// <param name="time">The time t of all rows, or of each. Times of rows are copied: the caller may overwrite them right after.</param>
    /// <param name="tape">Whose input is read, and which receives what the pullback needs.</param>
    /// <exception cref="ArgumentException">There are times for rows, and not one for each.</exception>
    void Forward(EvaluationTime time, NetworkTape tape);

    /// <summary>The same as a torch expression, for autograd.</summary>
    /// <param name="time">The time t of all rows, [], or of each, [B].</param>
    /// <param name="input">z [B, D] and the directions of its tangents [K, B, D].</param>
    /// <param name="context">[B, C]; null for zeros, or where C is 0.</param>
    /// <param name="parameters">A tensor for each segment of <see cref="Parameters"/>.</param>
    /// <returns>f(t, z) and (∂f/∂z)e, new tensors of the caller's scope.</returns>
    /// <exception cref="ArgumentException">The times have another shape.</exception>
    DualExpression Express(torch.Tensor time, DualExpression input, torch.Tensor? context, IReadOnlyList<torch.Tensor> parameters);

    /// <summary>The state half of the pullback: from <see cref="NetworkWorkspace.OutputCotangent"/> to the cotangent of the input values.</summary>
    /// <param name="tape">The tape of the evaluation.</param>
    /// <param name="intoInput">Receives the cotangent, [B, D].</param>
    /// <param name="intoContext">Receives the cotangent of the context, [B, C]; null where it is not wanted.</param>
    void Pullback(NetworkTape tape, torch.Tensor intoInput, torch.Tensor? intoContext = null);

    /// <summary>The other half: cotangents of parameters and time. Valid only after <see cref="Pullback"/> on this tape.</summary>
    /// <param name="tape">The tape of the evaluation.</param>
    /// <param name="weight">The weight of the parameter gradient.</param>
    /// <param name="intoGradient">weight·(cotangent of the parameters) is added to it; null where only time is asked for.</param>
    /// <param name="intoTime">Receives the cotangent of time, [1], or [B] where each row has its own, without the weight; null where it is not wanted.</param>
    void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, torch.Tensor? intoTime);
}
