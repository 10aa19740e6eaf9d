using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Fields;

/// <summary>
/// Any TorchSharp module (time, state) → derivative as a vector field. Its parameters become views of one flat vector; pullbacks go
/// through autograd, one evaluation's graph at a time.
/// </summary>
/// <remarks>
/// The module must keep the state's shape and type. It must not be moved to another type or device afterwards, since that would
/// replace its parameters. The field does not own the module, but the parameters' memory from now on.
/// </remarks>
public sealed class ModuleField : IAutogradField, IDisposable
{
    private readonly nn.Module<Tensor, Tensor, Tensor> _module;
    private readonly Tensor[] _parameters;
    private readonly long[] _rowShape;

    /// <summary>Takes a module's parameters onto a flat vector.</summary>
    /// <param name="module">Maps a time and a state [rows, …] to dy/dt [rows, …]. The time is [], or where each row has its own [rows, 1, …] of as many dimensions as the state.</param>
    /// <param name="rowShape">The shape of one row of the state.</param>
    /// <exception cref="ArgumentException">The module's parameters are of several types or devices.</exception>
    public ModuleField(nn.Module<Tensor, Tensor, Tensor> module, params long[] rowShape)
        : this(module, null, rowShape)
    {
    }

    /// <summary>Takes a module's parameters onto given memory.</summary>
    /// <param name="module">As above.</param>
    /// <param name="parameters">The memory, in the layout of the module's parameters, or null for memory of its own.</param>
    /// <param name="rowShape">As above.</param>
    internal ModuleField(nn.Module<Tensor, Tensor, Tensor> module, FlatVector? parameters, long[] rowShape)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(rowShape);
        (_module, _rowShape) = (module, [.. rowShape]);
        var named = module.named_parameters().ToArray();
        _parameters = [.. named.Select(p => p.parameter)];
        var kinds = _parameters.Select(p => $"{p.dtype} on {p.device}").Distinct().ToArray();
        if (kinds.Length > 1)
        {
            throw new ArgumentException($"The module's parameters are {string.Join(" and ", kinds)}; they must share one type and device.", nameof(module));
        }

        using var noGradient = no_grad();
        var first = _parameters.FirstOrDefault();
        Parameters = parameters ?? new(new VectorLayout(named.Select(p => new Segment(p.name, p.parameter.shape))), first?.dtype ?? ScalarType.Float32, first?.device);
        for (int i = 0; i < _parameters.Length; i++)
        {
            Parameters[i].copy_(_parameters[i]);
            _parameters[i].set_(Parameters[i]);
        }
    }

    /// <summary>The module. Not owned.</summary>
    public nn.Module<Tensor, Tensor, Tensor> Module => _module;

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public object WorkspaceKey => this;

    /// <inheritdoc/>
    public VectorLayout StateLayout(long rows) => new(new Segment("state", [rows, .. _rowShape]) { IsBatched = true });

    /// <inheritdoc/>
    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new ModuleWorkspace();

    /// <inheritdoc/>
    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(intoDerivative);
        var graph = (GraphTape)tape;
        graph.Clear();
        using var scope = NewDisposeScope();
        using (enable_grad())
        {
            // Copied: the stage buffer is overwritten while the graph lives.
            graph.Input = state[0].detach().clone().requires_grad_().DetachFromDisposeScope();
            using Scalar shared = time.Rows is null ? time.Shared : 0;
            graph.Time = (time.Rows?.detach().to(state.DType, copy: true) ?? full([], shared, dtype: state.DType, device: state.Device)).requires_grad_().DetachFromDisposeScope();
            graph.Output = _module.forward(time.Rows is null ? graph.Time : graph.Time.view([-1, .. _rowShape.Select(_ => 1L)]), graph.Input).alias().DetachFromDisposeScope(); // a module may return a tensor of its own
        }

        CheckOutput(graph.Input, graph.Output);
        using var noGradient = no_grad();
        intoDerivative[0].copy_(graph.Output.detach());
    }

    /// <inheritdoc/>
    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoState);
        var graph = (GraphTape)tape;
        using var scope = NewDisposeScope();
        graph.Cotangent?.Dispose();
        graph.Cotangent = cotangent[0].clone().DetachFromDisposeScope();
        CheckedAutograd.Distribute(Gradients(graph, [graph.Input!, graph.Time!, .. weight == 0 ? [] : _parameters]), weight, intoState, intoGradient, intoTime);
    }

    /// <inheritdoc/>
    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient)
    {
        using var scope = NewDisposeScope();
        CheckedAutograd.Add(Gradients((GraphTape)tape, _parameters), weight, intoGradient);
    }

    /// <inheritdoc/>
    public ParameterLeaves CreateLeaves() => ParameterLeaves.Share(_parameters, Parameters);

    /// <inheritdoc/>
    public Tensor?[] Express(Tensor time, IReadOnlyList<Tensor> state, ParameterLeaves leaves)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(leaves);
        if (!ReferenceEquals(leaves.Tensors, _parameters))
        {
            throw new ArgumentException("The leaves are not this module's parameters; use those that this field makes.", nameof(leaves));
        }

        using var scope = NewDisposeScope();

        // Copied: a module may work in place, and the graph's tensors are not its own.
        var output = _module.forward(time.clone(), state[0].clone());
        CheckOutput(state[0], output);
        return [output.alias().MoveToOuterDisposeScope()];
    }

    /// <summary>Frees the parameters' memory; the module cannot be used afterwards.</summary>
    public void Dispose() => Parameters.Dispose();

    private static void CheckOutput(Tensor state, Tensor output)
    {
        if (!output.shape.AsSpan().SequenceEqual(state.shape) || output.dtype != state.dtype)
        {
            throw new ArgumentException($"The module returned {output.dtype} [{string.Join(", ", output.shape)}] for a state {state.dtype} [{string.Join(", ", state.shape)}]; a derivative has the state's type and shape.");
        }
    }

    private static Tensor?[] Gradients(GraphTape graph, Tensor[] inputs) =>
        graph.Output is { requires_grad: true } output && inputs.Length > 0
            ? CheckedAutograd.Gradient(output, inputs, graph.Cotangent!, keepGraph: true)
            : new Tensor?[inputs.Length];

    private sealed class ModuleWorkspace : FieldWorkspace
    {
        protected override FieldTape CreateTape() => new GraphTape();

        protected override void DisposeScratch()
        {
        }
    }

    /// <summary>The graph of one evaluation. Its size is libtorch's secret; the tensors that can be seen are counted.</summary>
    private sealed class GraphTape : FieldTape
    {
        public Tensor? Input { get; set; }

        public Tensor? Time { get; set; }

        public Tensor? Output { get; set; }

        public Tensor? Cotangent { get; set; }

        public override long Bytes => (Input?.numel() ?? 0) * (Input?.element_size() ?? 0) * 3;

        public void Clear()
        {
            Input?.Dispose();
            Time?.Dispose();
            Output?.Dispose();
            Cotangent?.Dispose();
            (Input, Time, Output, Cotangent) = (null, null, null, null);
        }

        public override void Dispose() => Clear();
    }
}
