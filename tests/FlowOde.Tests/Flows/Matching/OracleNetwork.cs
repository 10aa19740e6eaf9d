using FlowOde.Flows.Composition;
using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Matching;

/// <summary>
/// The velocity E(u | x) of a path x = α x1 + σ x0 from normal noise to normal data of one mean and deviation, for a clock of any direction: affine in x, so that
/// everything is known. With independent noise, or with that of the optimal map x1 = m + s x0 on straight lines.
/// </summary>
internal sealed class OracleNetwork : AutogradNetwork, IDisposable
{
    private readonly (double Mean, double Deviation, double BaseTime, double DataTime) _case;
    private readonly string _path;

    public OracleNetwork(double mean, double deviation, double baseTime, double dataTime, string path)
        : base(new FlatVector(new VectorLayout(new Segment("shift", 1)), ScalarType.Float64))
    {
        _case = (mean, deviation, baseTime, dataTime);
        _path = path is "cond-ot" or "vp-trigonometric" or "optimal" ? path : throw new ArgumentException($"No oracle for {path}.", nameof(path));
    }

    public override long Dimension => 2;

    public override long ContextDimension => 0;

    public override long Products => 0;

    public static SequentialFlow Flow(OracleNetwork network, double baseTime, double dataTime, double tolerance = 1e-3)
    {
        var pool = new WorkspacePool();
        var part = new Cnf(new CnfDynamics(network, new ExactTrace()), TestFlows.Exact(tolerance), new CnfClock(baseTime, dataTime), network.Parameters, pool, 0);
        return new(network.Parameters, [(part, 0)], pool);
    }

    public void Dispose() => Parameters.Dispose();

    protected override Tensor ExpressValues(Tensor time, Tensor values, Tensor? context, IReadOnlyList<Tensor> parameters)
    {
        var (mean, deviation, baseTime, dataTime) = _case;
        double turn = Math.PI / 2;
        var t = time.Minus(baseTime).Over(dataTime - baseTime).reshape(-1, 1);
        var (data, noise, ofData, ofNoise) = _path == "vp-trigonometric" ? (t.Times(turn).sin(), t.Times(turn).cos(), t.Times(turn).cos().Times(turn), t.Times(turn).sin().Times(-turn)) : (t, (-t).Plus(1), ones_like(t), -ones_like(t));
        var variance = data.Times(deviation).Squared().Plus(noise.Squared());
        var velocity = _path == "optimal" ? ((values - t.Times(mean)).Times(deviation - 1) / t.Times(deviation - 1).Plus(1)).Plus(mean) : ofData.Times(mean).Plus((ofData * data).Times(deviation).Times(deviation).Plus(ofNoise * noise) / variance * (values - data.Times(mean)));
        return velocity.Over(dataTime - baseTime).Plus(parameters[0]);
    }
}
