using System.Collections.Concurrent;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Dynamics;

/// <summary>
/// A continuous normalizing flow's dynamics: network, trace estimator and regularisers. The state is [z | context | deltaLogDensity | a channel for
/// each regulariser], with dz/dt = f(t, z) and d log p/dt = −tr(∂f/∂z) along the path; the context, which does not change, is there if the network has one.
/// Immutable; each solve takes a field from it.
/// </summary>
/// <remarks>Chen et al. 2018, Theorem 1; Grathwohl et al. 2019 (FFJORD), Eq. 4 with the sign of <c>deltaLogDensity</c> as log p at the end less log p at the start.</remarks>
public sealed class CnfDynamics
{
    private readonly ConcurrentDictionary<long, VectorLayout> _layouts = new();

    /// <summary>Puts dynamics together.</summary>
    /// <param name="network">f(t, z).</param>
    /// <param name="trace">Estimates the trace, and states the directions that the regularisers read too.</param>
    /// <param name="regularizers">None by default; each channel once.</param>
    /// <exception cref="ArgumentException">Two regularisers fill one channel, there are any beside a trace in chunks, or one reads tangents of a network with a bottleneck.</exception>
    public CnfDynamics(INetwork network, ITraceEstimator trace, params IEnumerable<IRegularizer> regularizers)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(trace);
        (Network, Trace, Regularizers) = (network, trace, [.. regularizers]);
        if (trace.ChunkBytes is not null && Regularizers.Count > 0)
        {
            throw new ArgumentException($"A trace in chunks is for scoring, which has no regularisers; found {string.Join(", ", Regularizers.Select(regularizer => regularizer.Name))}.", nameof(regularizers));
        }

        if (network.DirectionDimension != network.Dimension && Regularizers.FirstOrDefault(regularizer => regularizer.ReadsTangents) is { } reader)
        {
            throw new ArgumentException($"The regulariser '{reader.Name}' reads products with the Jacobian, which a network with a bottleneck has none of. Leave it out, or the bottleneck.", nameof(regularizers));
        }

        SampleField = new SampleField(network);
        _ = StateLayout(1);
    }

    /// <summary>f(t, z).</summary>
    public INetwork Network { get; }

    /// <summary>The trace estimator.</summary>
    public ITraceEstimator Trace { get; }

    /// <summary>The regularisers, in the order of their channels.</summary>
    public IReadOnlyList<IRegularizer> Regularizers { get; }

    /// <summary>The parameters of the network.</summary>
    public FlatVector Parameters => Network.Parameters;

    /// <summary>The field of z alone, without tangents: for sampling and pictures.</summary>
    public IAutogradField SampleField { get; }

    /// <summary>Number K of directions of a row.</summary>
    public int DirectionCount => Trace.DirectionCount(Network.DirectionDimension);

    /// <summary>The index of <c>deltaLogDensity</c> among the segments of a state; those of the regularisers follow.</summary>
    public int FirstChannel => Network.ContextDimension > 0 ? 2 : 1;

    /// <summary>The layout of a state: <c>z</c> [B, D] evolving, <c>context</c> [B, C] constant if there is one, then quadratures [B]; regularisers do not count in the error norm.</summary>
    /// <param name="rows">Number of rows, at least 1.</param>
    public VectorLayout StateLayout(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return _layouts.GetOrAdd(rows, MakeLayout);
    }

    /// <summary>Draws the directions of one solve. They belong to the caller.</summary>
    /// <param name="rows">The global numbers of the batch's rows.</param>
    /// <param name="stream">The draws.</param>
    public Directions DrawDirections(ReadOnlySpan<long> rows, RandomStream stream) =>
        InRows(Trace.Draw(rows, Network.DirectionDimension, stream, Parameters.DType, Parameters.Device));

    /// <summary>Draws the directions of one solve, where they may depend on the Jacobian at its start. They belong to the caller.</summary>
    /// <param name="rows">The global numbers of the batch's rows.</param>
    /// <param name="stream">The draws.</param>
    /// <param name="time">When the solve starts.</param>
    /// <param name="values">The rows it starts from, [batch, dimension]. Not changed.</param>
    /// <param name="context">What the field depends on besides, [batch, context]; null for zeros.</param>
    public Directions DrawDirections(ReadOnlySpan<long> rows, RandomStream stream, double time, Tensor values, Tensor? context = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (Trace is not ISketchedTrace sketched)
        {
            return DrawDirections(rows, stream);
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var sketch = InRows(sketched.Sketch(rows, Network.DirectionDimension, stream, Parameters.DType, Parameters.Device));
        using var workspace = Network.CreateWorkspace(new(values.shape[0], values.dtype, values.device), sketch.Count);
        using var tape = workspace.CreateTape();
        tape.Input.Values.copy_(values);
        if (context is not null)
        {
            tape.Context?.copy_(context);
        }

        tape.Input.Tangents.copy_(sketch.Values);
        Network.Forward(time, tape);
        return InRows(sketched.Draw(rows, tape.Output.Tangents.narrow(2, 0, Network.DirectionDimension), stream));
    }

    /// <summary>The field of one solve. Fields of these dynamics share pooled workspaces.</summary>
    /// <param name="directions">Drawn once for the solve and its gradient; belong to the caller, who keeps them until both are done.</param>
    /// <exception cref="ArgumentException">The directions do not fit the trace estimator, the dimension, or the parameters' type and device.</exception>
    public IAutogradField ForSolve(Directions directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        if (directions.Count != DirectionCount || directions.Dimension != Network.Dimension)
        {
            throw new ArgumentException($"The directions have the shape [{directions.Count}, {directions.Rows}, {directions.Dimension}]; these dynamics need [{DirectionCount}, rows, {Network.Dimension}].", nameof(directions));
        }

        return directions.Values.dtype == Parameters.DType && directions.Values.device_type == Parameters.Device.type
            ? new CnfField(this, directions)
            : throw new ArgumentException($"The directions are {directions.Values.dtype} on {directions.Values.device}, the parameters {Parameters.DType} on {Parameters.Device}.", nameof(directions));
    }

    /// <summary>Directions with zeros behind them, up to the columns of a row.</summary>
    private Directions InRows(Directions directions)
    {
        if (directions.Dimension == Network.Dimension)
        {
            return directions;
        }

        using (directions)
        {
            using var scope = NewDisposeScope();
            var found = directions.Values;
            return new(cat([found, zeros(found.shape[0], found.shape[1], Network.Dimension - found.shape[2], dtype: found.dtype, device: found.device)], 2), directions.Weight);
        }
    }

    private Segment[] ContextSegments(long rows) => [.. SampleField.StateLayout(rows).Segments.Skip(1)];

    private VectorLayout MakeLayout(long rows)
    {
        Segment Channel(string name, bool inNorm) => new(name, rows) { Role = SegmentRole.Quadrature, IsBatched = true, InNorm = inNorm };
        return new(
        [
            new("z", rows, Network.Dimension) { IsBatched = true },
            .. ContextSegments(rows),
            Channel(Trace.Channel, inNorm: true),
            .. Regularizers.Select(regularizer => Channel(regularizer.Channel, inNorm: false)),
        ]);
    }
}
