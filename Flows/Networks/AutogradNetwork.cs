using FlowOde.Flows.Layers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>
/// A network given as an expression of torch operations, which autograd differentiates: for architectures whose closed form nobody wants to write. Its
/// tangents are eᵀ∂f/∂z, one sweep back each; a pullback through them is a sweep back through those sweeps. Immutable; may be shared between threads.
/// </summary>
/// <remarks>
/// <para>An evaluation leaves its input on the tape and no graph: the pullback makes the graph again, differentiates it and lets it go. So a solve that is
/// recorded takes memory for inputs and outputs only, whatever the network's depth, one graph is alive at a time, and a solve that is not recorded pays for
/// no gradient. The price is that a pullback costs one evaluation more than it would with its graph at hand.</para>
/// <para>Parameters are read as leaves over the memory of the flat vector, and gradients are returned, never accumulated in <c>.grad</c>.</para>
/// </remarks>
public abstract class AutogradNetwork : INetwork
{
    /// <summary>Makes a network over parameters.</summary>
    /// <param name="parameters">A segment for each tensor of the expression; belongs to the caller and outlives the network.</param>
    protected AutogradNetwork(FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
    }

    /// <inheritdoc/>
    public abstract long Dimension { get; }

    /// <inheritdoc/>
    public abstract long ContextDimension { get; }

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public abstract long Products { get; }

    /// <inheritdoc/>
    public TangentProduct TangentProduct => TangentProduct.DirectionTimesJacobian;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The specification has another type or device than the parameters.</exception>
    public NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfLessThan(tangents, 0);
        var ours = new WorkspaceSpec(spec.Rows, Parameters.DType, Parameters.Device);
        return ours.Key == spec.Key
            ? new AutogradWorkspace(this, spec.Rows, tangents)
            : throw new ArgumentException($"The state is {spec.DType} on {spec.Device}, the parameters are {ours.DType} on {ours.Device}. Convert the state.", nameof(spec));
    }

    /// <inheritdoc/>
    /// <remarks>Each row may have its own time.</remarks>
    /// <exception cref="ArgumentException">There is not one time for each row.</exception>
    public void Forward(EvaluationTime time, NetworkTape tape)
    {
        var (ours, workspace) = Ours(tape);
        ours.SetTime(time);
        workspace.Forget();
        var (input, output) = (tape.Input, tape.Output);
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(input.TangentCount > 0);
        var z = input.TangentCount > 0 ? input.Values.detach().requires_grad_() : input.Values;
        var f = Evaluate(ours.Time, z, tape.Context, workspace.Constants);
        for (int k = 0; k < input.TangentCount; k++)
        {
            bool another = k < input.TangentCount - 1;
            var product = f.requires_grad ? CheckedAutograd.Gradient(f, [z], input.Tangent[k], keepGraph: another)[0] : null;
            using var noGraph = no_grad();
            Overwrite(output.Tangent[k], product);
        }

        using var noGradient = no_grad();
        output.Values.copy_(f.detach());
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The cotangent to be written has another shape than the input.</exception>
    public void Pullback(NetworkTape tape, Tensor intoInput, Tensor? intoContext = null)
    {
        ArgumentNullException.ThrowIfNull(intoInput);
        var (ours, workspace) = Ours(tape);
        if (intoInput.dim() != 2 || intoInput.size(0) != workspace.Rows || intoInput.size(1) != Dimension)
        {
            throw new ArgumentException($"The cotangent of the input is [{string.Join(", ", intoInput.shape)}]; it has the shape of the input, [{workspace.Rows}, {Dimension}].", nameof(intoInput));
        }

        using var scope = NewDisposeScope();
        Tensor?[] cotangents;
        int first = intoContext is null ? 2 : 3;
        using (enable_grad())
        {
            var z = tape.Input.Values.detach().requires_grad_();
            var t = ours.Time.detach().requires_grad_();
            var context = intoContext is null ? tape.Context : tape.Context?.detach().requires_grad_();
            Tensor[] leaves = [z, t, .. intoContext is null ? (Tensor[])[] : [context!], .. workspace.Leaves];
            cotangents = Cotangents(Evaluate(t, z, context, workspace.Leaves), tape.Input.Tangent, workspace.OutputCotangent, leaves);
        }

        workspace.Remember(tape, cotangents[1], cotangents[first..]);
        using var noGradient = no_grad();
        Overwrite(intoInput, cotangents[0]);
        if (intoContext is not null)
        {
            Overwrite(intoContext, cotangents[2]);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The gradient has another length than the parameters.</exception>
    /// <exception cref="InvalidOperationException">The last pullback in this workspace was of another tape, or there was none since the last evaluation.</exception>
    public void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        var (_, workspace) = Ours(tape);
        if (intoGradient is not null && intoGradient.Layout.Length != Parameters.Layout.Length)
        {
            throw new ArgumentException($"The gradient has {intoGradient.Layout.Length} entries, the parameters {Parameters.Layout.Length}; they share one layout.", nameof(intoGradient));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (time, parameters) = workspace.Remembered(tape);
        if (intoTime is not null)
        {
            Overwrite(intoTime, time?.reshape(intoTime.shape));
        }

        if (intoGradient is null)
        {
            return;
        }

        using Scalar factor = weight;
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i] is { } cotangent)
            {
                intoGradient[i].add_(cotangent, factor);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one tensor for each segment of the parameters.</exception>
    public DualExpression Express(Tensor time, DualExpression input, Tensor? context, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count != Parameters.Layout.Segments.Count)
        {
            throw new ArgumentException($"{parameters.Count} tensors do not stand for the {Parameters.Layout.Segments.Count} segments of the parameters; give one for each.", nameof(parameters));
        }

        using var scope = NewDisposeScope();
        if (input.Tangents is not { } directions)
        {
            return new(Evaluate(time, input.Values, context, parameters).alias().MoveToOuterDisposeScope(), null);
        }

        bool keepsGraph = is_grad_enabled();
        using var mode = enable_grad();
        var z = input.Values.requires_grad ? input.Values : input.Values.detach().requires_grad_();
        var f = Evaluate(time, z, context, parameters);
        Tensor[] products = [.. Enumerable.Range(0, checked((int)directions.size(0))).Select(k => Product(f, z, directions[k]) ?? zeros_like(f))];
        var tangents = stack(products);
        return keepsGraph
            ? new(f.alias().MoveToOuterDisposeScope(), tangents.MoveToOuterDisposeScope())
            : new(f.detach().MoveToOuterDisposeScope(), tangents.detach().MoveToOuterDisposeScope());
    }

    /// <summary>f(t, z) as torch operations that autograd can differentiate twice. Must change nothing it is given, and give each row's result from that row alone.</summary>
    /// <param name="time">t of all rows, [], or of each row, [B].</param>
    /// <param name="values">z, [B, D].</param>
    /// <param name="context">[B, C]; null for zeros, or where C is 0.</param>
    /// <param name="parameters">A tensor for each segment of <see cref="Parameters"/>, in its shape.</param>
    /// <returns>f(t, z), [B, D], of z's type; belongs to the caller's scope.</returns>
    protected abstract Tensor ExpressValues(Tensor time, Tensor values, Tensor? context, IReadOnlyList<Tensor> parameters);

    private Tensor Evaluate(Tensor time, Tensor values, Tensor? context, IReadOnlyList<Tensor> parameters)
    {
        var f = ExpressValues(time, values, context, parameters);
        return f.dtype == values.dtype && f.shape.AsSpan().SequenceEqual(values.shape)
            ? f
            : throw new InvalidOperationException($"The expression of {GetType().Name} is {f.dtype} [{string.Join(", ", f.shape)}] for rows {values.dtype} [{string.Join(", ", values.shape)}]; a field has the type and shape of its rows.");
    }

    /// <summary>The cotangents of leaves: one tangent at a time, so that the graph of one is alive, the values together with the first.</summary>
    private static Tensor?[] Cotangents(Tensor f, IReadOnlyList<Tensor> directions, Dual seed, Tensor[] leaves)
    {
        var sums = new Tensor?[leaves.Length];
        for (int k = 0; k < Math.Max(1, directions.Count); k++)
        {
            var product = directions.Count > 0 ? Product(f, leaves[0], directions[k]) : null;
            List<(Tensor Output, Tensor Cotangent)> outputs = k == 0 && f.requires_grad ? [(f, seed.Values)] : [];
            if (product is { requires_grad: true })
            {
                outputs.Add((product, seed.Tangent[k]));
            }

            if (outputs.Count == 0)
            {
                continue;
            }

            var parts = CheckedAutograd.Gradient([.. outputs.Select(output => output.Output)], leaves, [.. outputs.Select(output => output.Cotangent)], keepGraph: k < directions.Count - 1);
            using var noGradient = no_grad();
            for (int i = 0; i < leaves.Length; i++)
            {
                // Not in place: a gradient may share the memory of a cotangent.
                sums[i] = sums[i] is { } sum && parts[i] is { } part ? sum.add(part, CachedScalars.One) : sums[i] ?? parts[i];
            }
        }

        return sums;
    }

    /// <summary>eᵀ∂f/∂z as an expression; null where f does not depend on z.</summary>
    private static Tensor? Product(Tensor f, Tensor z, Tensor direction) =>
        f.requires_grad ? CheckedAutograd.Gradient(f, [z], direction, keepGraph: true, createGraph: true)[0] : null;

    private static void Overwrite(Tensor into, Tensor? value)
    {
        if (value is null)
        {
            into.fill_(CachedScalars.Zero);
        }
        else
        {
            into.copy_(value);
        }
    }

    private (AutogradTape Tape, AutogradWorkspace Workspace) Ours(NetworkTape tape) =>
        tape is AutogradTape ours && ReferenceEquals(ours.Autograd.Network, this)
            ? (ours, ours.Autograd)
            : throw new ArgumentException($"The tape is a {tape?.GetType().Name ?? "null"} of another network; use tapes of a workspace of this one.", nameof(tape));
}
