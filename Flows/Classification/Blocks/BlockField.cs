using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>A block with its slice of the parameters as a vector field: what solvers, gradient methods and chains work on.</summary>
/// <remarks>An evaluation's graph lies on its tape, so that a pullback evaluates nothing again; a field that is not differentiated makes none.</remarks>
internal sealed class BlockField : IAutogradField
{
    private readonly ExpressedBlock _block;
    private readonly bool _isDifferentiated;

    /// <param name="block">The block.</param>
    /// <param name="parameters">Its parameters; they belong to the model.</param>
    /// <param name="isDifferentiated">Whether cotangents will be pulled back.</param>
    internal BlockField(ExpressedBlock block, FlatVector parameters, bool isDifferentiated)
    {
        block.Parameters.Check(parameters);
        (_block, Parameters, _isDifferentiated) = (block, parameters, isDifferentiated);
    }

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public object WorkspaceKey => _block;

    /// <inheritdoc/>
    public VectorLayout StateLayout(long rows) => Layout(_block, rows);

    /// <inheritdoc/>
    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new BlockWorkspace(_block, spec);

    /// <inheritdoc/>
    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(intoDerivative);
        var graph = (BlockTape)tape;
        graph.Clear();
        using var scope = NewDisposeScope();
        if (!_isDifferentiated)
        {
            using var none = no_grad();
            intoDerivative[0].copy_(Express(Time(time, state), state[0], ExpressedParameters.Tensors(Parameters)));
            return;
        }

        using (enable_grad())
        {
            // Copied: the stage buffer is overwritten while the graph lives.
            graph.Input = state[0].detach().clone().requires_grad_().DetachFromDisposeScope();
            graph.Time = Time(time, state).requires_grad_().DetachFromDisposeScope();
            graph.Leaves = Array.ConvertAll(ExpressedParameters.Leaves(Parameters), leaf => leaf.DetachFromDisposeScope());
            graph.Output = Express(graph.Time, graph.Input, graph.Leaves).DetachFromDisposeScope();
        }

        using var noGradient = no_grad();
        intoDerivative[0].copy_(graph.Output.detach());
    }

    /// <inheritdoc/>
    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoState);
        var graph = (BlockTape)tape;
        using var scope = NewDisposeScope();
        graph.SetCotangent(cotangent[0]);
        CheckedAutograd.Distribute(Gradients(graph, [graph.Input!, graph.Time!, .. weight == 0 ? [] : graph.Leaves]), weight, intoState, intoGradient, intoTime);
    }

    /// <inheritdoc/>
    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        var graph = (BlockTape)tape;
        using var scope = NewDisposeScope();
        CheckedAutograd.Add(Gradients(graph, graph.Leaves), weight, intoGradient);
    }

    /// <inheritdoc/>
    public ParameterLeaves CreateLeaves() => ParameterLeaves.CopyOf(Parameters);

    /// <inheritdoc/>
    public Tensor?[] Express(Tensor time, IReadOnlyList<Tensor> state, ParameterLeaves leaves)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(leaves);
        using var scope = NewDisposeScope();
        return [Express(time, state[0], leaves.Tensors).alias().MoveToOuterDisposeScope()];
    }

    /// <summary>The layout of a state of a block.</summary>
    internal static VectorLayout Layout(ExpressedBlock block, long rows) => new(new Segment("state", [rows, .. block.RowShape]) { IsBatched = true });

    private Tensor Express(Tensor time, Tensor state, IReadOnlyList<Tensor> parameters) => _block.Express(time, state, parameters);

    private static Tensor Time(EvaluationTime time, FlatVector state)
    {
        using Scalar shared = time.Rows is null ? time.Shared : 0;
        return time.Rows?.detach().clone() ?? full([], shared, dtype: state.DType, device: state.Device);
    }

    private static Tensor?[] Gradients(BlockTape graph, IReadOnlyList<Tensor> inputs)
    {
        if (graph.Output is null || graph.Cotangent is null)
        {
            throw new InvalidOperationException("This tape holds no evaluation that can be pulled back: the field was bound for use without gradients, or nothing was evaluated.");
        }

        return CheckedAutograd.Gradient(graph.Output, inputs, graph.Cotangent, keepGraph: true);
    }
}
