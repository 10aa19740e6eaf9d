using FlowOde.Flows.Layers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>
/// A convolutional network with time-dependent layers: at each time a chain of convolutions with an activation between them, on rows that are
/// images [C, H, W]. Gates and shifts are of channels; at a time that all rows share they fold into the kernels, and values and tangents are one convolution a layer; at a
/// time for each row they scale what convolutions put out.
/// </summary>
/// <remarks>
/// The fields of Grathwohl et al. 2019 (FFJORD), §4 and their public code, for images, at one scale or, by strides, with smaller images between. The pullback is the closed-form reverse sweep
/// of value and tangents together; there is no autograd graph.
/// </remarks>
public sealed class ConvNetwork : INetwork
{
    /// <summary>Makes a network over parameters.</summary>
    /// <param name="options">The shape.</param>
    /// <param name="parameters">Has the layout <see cref="NetworkOptions.ParameterLayout"/>; belongs to the caller and outlives the network.</param>
    /// <exception cref="ArgumentException">The parameters have another layout, strides do not fit the image, or the bottleneck is none.</exception>
    public ConvNetwork(ConvOptions options, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.CheckLayout(parameters);
        (Options, Parameters, Sizes, DirectionDimension) = (options, parameters, options.Sizes, options.DirectionDimension);
    }

    /// <summary>The shape.</summary>
    public ConvOptions Options { get; }

    /// <inheritdoc/>
    public long Dimension => Options.Image.Length;

    /// <inheritdoc/>
    public long DirectionDimension { get; }

    /// <inheritdoc/>
    public long ContextDimension => Options.ContextDimension;

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public long Products
    {
        get
        {
            // Each product of a step is one of a pixel of the smaller image.
            var images = Options.Images;
            return Enumerable.Range(0, Sizes.Count).Sum(l => Math.Min(images[l].Pixels, images[l + 1].Pixels) * Sizes.In(l) * Sizes.Out(l));
        }
    }

    internal LayerSizes Sizes { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The specification has another type or device than the parameters.</exception>
    public NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfLessThan(tangents, 0);
        var ours = new WorkspaceSpec(spec.Rows, Parameters.DType, Parameters.Device);
        return ours.Key == spec.Key
            ? new ConvWorkspace(this, spec.Rows, tangents)
            : throw new ArgumentException($"The state is {spec.DType} on {spec.Device}, the parameters are {ours.DType} on {ours.Device}. Convert the state.", nameof(spec));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are times for rows, and not one for each.</exception>
    public void Forward(EvaluationTime time, NetworkTape tape)
    {
        var (conv, workspace) = Ours(tape);
        conv.SetTime(time);
        workspace.GoTo(conv);
        workspace.Forward(conv);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The cotangent to be written has another shape than the input.</exception>
    public void Pullback(NetworkTape tape, torch.Tensor intoInput, torch.Tensor? intoContext = null)
    {
        ArgumentNullException.ThrowIfNull(intoInput);
        var (conv, workspace) = Ours(tape);
        if (intoInput.dim() != 2 || intoInput.size(0) != workspace.Rows || intoInput.size(1) != Dimension)
        {
            throw new ArgumentException($"The cotangent of the input is [{string.Join(", ", intoInput.shape)}]; {workspace.Rows} images {Options.Image} need [{workspace.Rows}, {Dimension}].", nameof(intoInput));
        }

        workspace.ReturnTo(conv);
        workspace.Pullback(conv);
        ConvSweep.PullbackInput(conv, workspace, intoInput);
        if (intoContext is not null)
        {
            workspace.Context?.Pullback(workspace.FirstCotangentValues, intoContext);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The gradient has another length than the parameters.</exception>
    public void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, torch.Tensor? intoTime)
    {
        var (conv, workspace) = Ours(tape);
        if (intoGradient is not null && intoGradient.Layout.Length != Parameters.Layout.Length)
        {
            throw new ArgumentException($"The gradient has {intoGradient.Layout.Length} entries, the parameters {Parameters.Layout.Length}; they share one layout.", nameof(intoGradient));
        }

        conv.CheckTimeCotangent(intoTime);
        ConvSweep.PullbackParameters(conv, workspace, weight, intoGradient, intoTime);
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
    public DualExpression Express(torch.Tensor time, DualExpression input, torch.Tensor? context, IReadOnlyList<torch.Tensor> parameters)
    {
        var (geometries, images) = (Options.Geometries, Options.Images);
        return Options.Express(time, input, context, parameters, (l, h) =>
        {
            var (geometry, image) = (geometries[l], images[l]);
            torch.Tensor Fixed(torch.Tensor weight)
            {
                var kernels = geometry.Kernels(weight);
                return Convolution.Forward(ConvWorkspace.FixedInputs(image, weight.dtype, weight.device).narrow(1, 0, weight.size(1) / geometry.Area), kernels, geometry).view(weight.size(0), -1);
            }

            torch.Tensor Convolve(torch.Tensor rows, torch.Tensor weight) => Convolution.Forward(image.Images(rows.contiguous(), Sizes.Widths[l], channelsLast: false), geometry.Kernels(weight), geometry).flatten(2);
            return Options.LayerType.Express(Sizes, l, time, parameters).Apply(h, Convolve, Fixed);
        });
    }

    private (ConvTape Tape, ConvWorkspace Workspace) Ours(NetworkTape tape) =>
        tape is ConvTape conv && ReferenceEquals(conv.Conv.Network, this)
            ? (conv, conv.Conv)
            : throw new ArgumentException($"The tape is a {tape?.GetType().Name ?? "null"} of another network; use tapes of a workspace of this one.", nameof(tape));
}
