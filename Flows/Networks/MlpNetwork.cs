using FlowOde.Flows.Layers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// A multilayer perceptron with time-dependent layers: at each time a chain of affine layers with an activation between them. At a time that all rows
/// share gates fold into the weights, and values and tangents are one matrix product a layer; at a time for each row they scale what products put out.
/// </summary>
/// <remarks>The pullback is the closed-form reverse sweep of value and tangents together; there is no autograd graph.</remarks>
public sealed class MlpNetwork : INetwork
{
    /// <summary>Makes a network over parameters.</summary>
    /// <param name="options">The shape.</param>
    /// <param name="parameters">Has the layout <see cref="NetworkOptions.ParameterLayout"/>; belongs to the caller and outlives the network.</param>
    /// <exception cref="ArgumentException">The parameters have another layout, or the bottleneck is none.</exception>
    public MlpNetwork(MlpOptions options, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.CheckLayout(parameters);
        (Options, Parameters, Sizes, DirectionDimension) = (options, parameters, options.Sizes, options.DirectionDimension);
    }

    /// <summary>The shape.</summary>
    public MlpOptions Options { get; }

    /// <inheritdoc/>
    public long Dimension => Options.Dimension;

    /// <inheritdoc/>
    public long DirectionDimension { get; }

    /// <inheritdoc/>
    public long ContextDimension => Options.ContextDimension;

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public long Products => Enumerable.Range(0, Sizes.Count).Sum(layer => Sizes.In(layer) * Sizes.Out(layer));

    internal LayerSizes Sizes { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The specification has another type or device than the parameters.</exception>
    public NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfLessThan(tangents, 0);
        var ours = new WorkspaceSpec(spec.Rows, Parameters.DType, Parameters.Device);
        return ours.Key == spec.Key
            ? new MlpWorkspace(this, spec.Rows, tangents)
            : throw new ArgumentException($"The state is {spec.DType} on {spec.Device}, the parameters are {ours.DType} on {ours.Device}. Convert the state.", nameof(spec));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are times for rows, and not one for each.</exception>
    public void Forward(EvaluationTime time, NetworkTape tape)
    {
        var (mlp, workspace) = Ours(tape);
        mlp.SetTime(time);
        workspace.GoTo(mlp);
        workspace.Forward(mlp);
    }

    /// <inheritdoc/>
    public void Pullback(NetworkTape tape, torch.Tensor intoInput, torch.Tensor? intoContext = null)
    {
        ArgumentNullException.ThrowIfNull(intoInput);
        var (mlp, workspace) = Ours(tape);
        workspace.ReturnTo(mlp);
        workspace.Pullback(mlp);
        AffineSweep.PullbackInput(workspace, intoInput);
        if (intoContext is not null)
        {
            workspace.Context?.Pullback(workspace.FirstCotangentValues, intoContext);
        }
    }

    /// <inheritdoc/>
    public void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, torch.Tensor? intoTime)
    {
        var (mlp, workspace) = Ours(tape);
        if (intoGradient is not null && intoGradient.Layout.Length != Parameters.Layout.Length)
        {
            throw new ArgumentException($"The gradient has {intoGradient.Layout.Length} entries, the parameters {Parameters.Layout.Length}; they share one layout.", nameof(intoGradient));
        }

        mlp.CheckTimeCotangent(intoTime);
        AffineSweep.PullbackParameters(mlp, workspace, weight, intoGradient, intoTime);
        if (intoGradient is null)
        {
            return;
        }

        if (tape.Context is not null)
        {
            ContextTerm.PullbackWeight(workspace.FirstCotangentValues, tape.Context, weight, intoGradient);
        }

        if (workspace.ActivationCotangent.Count == 0)
        {
            return;
        }

        using Scalar w = weight;
        int first = Options.ActivationParameters.Start.Value;
        for (int i = 0; i < workspace.ActivationCotangent.Count; i++)
        {
            intoGradient[first + i].add_(workspace.ActivationCotangent[i], w);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one tensor for each segment of the parameters.</exception>
    public DualExpression Express(torch.Tensor time, DualExpression input, torch.Tensor? context, IReadOnlyList<torch.Tensor> parameters) => Options.Express(time, input, context, parameters, (l, h) =>
        Options.LayerType.Express(Sizes, l, time, parameters).Apply(h, (rows, weight) => torch.nn.functional.linear(rows, weight).unsqueeze(2)));

    private (MlpTape Tape, MlpWorkspace Workspace) Ours(NetworkTape tape) =>
        tape is MlpTape mlp && ReferenceEquals(mlp.Mlp.Network, this)
            ? (mlp, mlp.Mlp)
            : throw new ArgumentException($"The tape is a {tape?.GetType().Name ?? "null"} of another network; use tapes of a workspace of this one.", nameof(tape));
}
