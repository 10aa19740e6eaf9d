using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Matching;

/// <summary>Classifier-free guidance: (1 + w)·f(t, z, c) − w·f(t, z, no context). With w = 0 the network itself, with w = −1 the network without context.</summary>
/// <remarks>Ho, Salimans 2022 (2207.12598); for flows Zheng et al. 2023 (2311.13443). Likelihoods under guidance are those of the guided field, not of p(x | c).</remarks>
public sealed class GuidedNetwork : INetwork
{
    private readonly INetwork _network;
    private readonly double _weight;

    /// <summary>Guides a network.</summary>
    /// <param name="network">A network with a context, trained with some rows without.</param>
    /// <param name="weight">w, finite.</param>
    /// <exception cref="ArgumentException">The network has no context.</exception>
    public GuidedNetwork(INetwork network, double weight)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.ContextDimension == 0)
        {
            throw new ArgumentException("Guidance needs a network with a context, such as classes; this one has none.", nameof(network));
        }

        _network = network;
        _weight = double.IsFinite(weight) ? weight : throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight of guidance is a finite number.");
    }

    /// <inheritdoc/>
    public long Dimension => _network.Dimension;

    /// <inheritdoc/>
    public long ContextDimension => _network.ContextDimension;

    /// <inheritdoc/>
    public FlatVector Parameters => _network.Parameters;

    /// <inheritdoc/>
    public long Products => 2 * _network.Products;

    /// <inheritdoc/>
    public TangentProduct TangentProduct => _network.TangentProduct;

    /// <inheritdoc/>
    public long DirectionDimension => _network.DirectionDimension;

    /// <inheritdoc/>
    public NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents) => new GuidedWorkspace(_network, spec, tangents);

    /// <inheritdoc/>
    public void Forward(EvaluationTime time, NetworkTape tape)
    {
        var guided = (GuidedTape)tape;
        guided.Given.Context!.copy_(tape.Context!);
        guided.Without.Input.Stacked.copy_(tape.Input.Stacked);
        _network.Forward(time, guided.Given);
        if (_weight == 0)
        {
            tape.Output.Stacked.copy_(guided.Given.Output.Stacked); // to the bit, whatever the other evaluation would give
            return;
        }

        _network.Forward(time, guided.Without);
        tape.Output.Stacked.copy_(guided.Given.Output.Stacked).mul_(CachedScalars.Of(1 + _weight));
        tape.Output.Stacked.add_(guided.Without.Output.Stacked, CachedScalars.Of(-_weight));
    }

    /// <inheritdoc/>
    public DualExpression Express(Tensor time, DualExpression input, Tensor? context, IReadOnlyList<Tensor> parameters)
    {
        var given = _network.Express(time, input, context, parameters);
        if (_weight == 0)
        {
            return given;
        }

        var without = _network.Express(time, input, null, parameters);
        using Scalar first = 1 + _weight, second = -_weight;
        return new(given.Values.mul(first).add(without.Values.mul(second), CachedScalars.One), given.Tangents?.mul(first).add(without.RequireTangents().mul(second), CachedScalars.One));
    }

    /// <inheritdoc/>
    public void Pullback(NetworkTape tape, Tensor intoInput, Tensor? intoContext = null)
    {
        ArgumentNullException.ThrowIfNull(intoInput);
        var guided = (GuidedTape)tape;
        var workspace = (GuidedWorkspace)tape.Workspace;
        workspace.Given.OutputCotangent.Stacked.copy_(workspace.OutputCotangent.Stacked).mul_(CachedScalars.Of(1 + _weight));
        _network.Pullback(guided.Given, intoInput, intoContext);
        if (_weight != 0)
        {
            workspace.Without.OutputCotangent.Stacked.copy_(workspace.OutputCotangent.Stacked).mul_(CachedScalars.Of(-_weight));
            _network.Pullback(guided.Without, workspace.Input);
            intoInput.add_(workspace.Input, CachedScalars.One);
        }
    }

    /// <inheritdoc/>
    public void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        var guided = (GuidedTape)tape;
        var workspace = (GuidedWorkspace)tape.Workspace;
        _network.PullbackParameters(guided.Given, weight, intoGradient, intoTime);
        if (_weight != 0)
        {
            using var time = intoTime is null ? null : workspace.Times.narrow(0, 0, intoTime.NumberOfElements);
            _network.PullbackParameters(guided.Without, weight, intoGradient, time);
            intoTime?.add_(time!, CachedScalars.One);
        }
    }

    private sealed class GuidedWorkspace : NetworkWorkspace
    {
        private readonly long _context;
        private readonly WorkspaceSpec _spec;
        private readonly int _tangents;

        public GuidedWorkspace(INetwork network, WorkspaceSpec spec, int tangents)
        {
            (Given, Without) = (network.CreateWorkspace(spec, tangents), network.CreateWorkspace(spec, tangents));
            (_context, _spec, _tangents) = (network.ContextDimension, spec, tangents);
            OutputCotangent = new(spec.Rows, tangents, network.Dimension, spec.DType, spec.Device);
            Input = zeros(spec.Rows, network.Dimension, dtype: spec.DType, device: spec.Device).DetachFromDisposeScope();
            Times = zeros(spec.Rows, dtype: spec.DType, device: spec.Device).DetachFromDisposeScope();
        }

        public NetworkWorkspace Given { get; }

        public NetworkWorkspace Without { get; }

        public Tensor Input { get; }

        /// <summary>A cotangent for the time of each row, of which the first serves where all share one.</summary>
        public Tensor Times { get; }

        public override Dual OutputCotangent { get; }

        public override NetworkTape CreateTape() =>
            new GuidedTape(this, Given.CreateTape(), Without.CreateTape(), new(_spec.Rows, _tangents, OutputCotangent.Width, _spec.DType, _spec.Device), _context);

        public override void Dispose()
        {
            Given.Dispose();
            Without.Dispose();
            OutputCotangent.Dispose();
            Input.Dispose();
            Times.Dispose();
        }
    }

    /// <summary>The tapes of both evaluations; the input is that of the first.</summary>
    private sealed class GuidedTape(GuidedWorkspace workspace, NetworkTape given, NetworkTape without, Dual output, long contextDimension)
        : NetworkTape(workspace, given.Input, output, contextDimension)
    {
        public NetworkTape Given => given;

        public NetworkTape Without => without;

        public override long Bytes => given.Bytes + without.Bytes + Output.Footprint;

        protected override void DisposeKept()
        {
            given.Dispose();
            without.Dispose();
            Output.Dispose();
        }
    }
}
