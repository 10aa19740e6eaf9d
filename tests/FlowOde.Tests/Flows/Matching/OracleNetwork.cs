using FlowOde.Flows.Composition;
using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Matching;

/// <summary>The velocity of straight lines from noise to normal data of one mean and deviation, for a clock of any direction; as an expression only.</summary>
internal sealed class OracleNetwork(double mean, double deviation, double baseTime, double dataTime) : INetwork, IDisposable
{
    private readonly FlatVector _parameters = new(new VectorLayout(new Segment("shift", 1)), ScalarType.Float64);

    public long Dimension => 2;

    public long ContextDimension => 0;

    public FlatVector Parameters => _parameters;

    public long Products => 0;

    public static SequentialFlow Flow(OracleNetwork network, double baseTime, double dataTime)
    {
        var pool = new WorkspacePool();
        var part = new Cnf(new CnfDynamics(network, new ExactTrace()), TestFlows.Exact(1e-3), new CnfClock(baseTime, dataTime), network.Parameters, pool, 0);
        return new(network.Parameters, [(part, 0)], pool);
    }

    public void Dispose() => _parameters.Dispose();

    public DualExpression Express(Tensor time, DualExpression input, Tensor? context, IReadOnlyList<Tensor> parameters)
    {
        var t = ((time - baseTime) / (dataTime - baseTime)).unsqueeze(1);
        var variance = (1 - t).square() + (t * deviation).square();
        var velocity = mean + (((t * deviation * deviation) - (1 - t)) / variance * (input.Values - (t * mean)));
        return new((velocity / (dataTime - baseTime)) + parameters[0], null);
    }

    public NetworkWorkspace CreateWorkspace(WorkspaceSpec spec, int tangents) => throw new NotSupportedException();

    public void Forward(EvaluationTime time, NetworkTape tape) => throw new NotSupportedException();

    public void Pullback(NetworkTape tape, Tensor intoInput, Tensor? intoContext = null) => throw new NotSupportedException();

    public void PullbackParameters(NetworkTape tape, double weight, FlatVector? intoGradient, Tensor? intoTime) => throw new NotSupportedException();
}
