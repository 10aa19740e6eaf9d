using FlowOde.Flows.Composition;
using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.TraceEstimators;

public sealed class HutchPlusPlusTraceTests
{
    private const int D = 16;

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 6)]
    [InlineData(2, 9)]
    [InlineData(16, 48)]
    [InlineData(16, 60)]
    public void Read_OfARankWithinASketch_IsExact(int rank, int products)
    {
        using var scope = NewDisposeScope();
        var a = OfRank(rank);
        Assert.All(Estimates(a, new HutchPlusPlusTrace(products), 20), rate => Assert.Equal(a.trace().item<double>(), rate, 1e-11));
    }

    [Fact]
    public void Read_OverManyDraws_HasTheTraceForMean()
    {
        using var scope = NewDisposeScope();
        var a = tensor(LinearField.Random(D, 4));
        double[] estimates = Estimates(a, new HutchPlusPlusTrace(12), 4000);
        double mean = estimates.Average(), error = Math.Sqrt(estimates.Average(e => Math.Pow(e - mean, 2)) / estimates.Length);
        Assert.InRange((mean - a.trace().item<double>()) / error, -4.5, 4.5);
    }

    /// <summary>With singular values 1, 1/4, 1/16 … a sketch of four takes nearly everything; Hutchinson at the same cost of an evaluation does not.</summary>
    [Fact]
    public void Read_OfAFastDecayingJacobian_VariesFarLessThanHutchinson()
    {
        using var scope = NewDisposeScope();
        var q = linalg.qr(tensor(LinearField.Random(D, 5))).Q;
        var a = q.mm(pow(tensor(0.25), Arange(D, dtype: ScalarType.Float64)).diag()).mm(q.t());
        double trace = a.trace().item<double>();
        double Variance(ITraceEstimator estimator) => Estimates(a, estimator, 500).Average(e => Math.Pow(e - trace, 2));
        double sketched = Variance(new HutchPlusPlusTrace(12)), plain = Variance(new HutchinsonTrace(8, ProbeDistribution.Gaussian));
        Assert.True(sketched < 1e-3 * plain, $"variance {sketched:E2} against {plain:E2}");
    }

    /// <summary>A whole solve keeps the directions of its start, and stays unbiased on a nonlinear field that depends on time.</summary>
    [Fact]
    public void ToBase_OfANonlinearFlow_AveragesToTheExactDensity()
    {
        using var scope = NewDisposeScope();
        const int rows = 1500;
        var model = new FlowModel(new FlowOptions { Dimension = 6, Hidden = [12] }, TestFlows.Unit(6));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        parameters.Flat.Scale(2.0);
        var data = TestFlows.Normal(1, 6).expand(rows, 6);
        using var exact = model.Bind(parameters, TestFlows.Steps(5, new ExactTrace())).ToBase(data[..1], TestFlows.Draw(1));
        using var many = model.Bind(parameters, TestFlows.Steps(5, new HutchPlusPlusTrace(6))).ToBase(data, TestFlows.Draw(rows));
        double error = many.DeltaLogDensity.std().item<double>() / Math.Sqrt(rows);
        Assert.True(error > 1e-4, "Estimates must vary, or this shows nothing.");
        Assert.InRange((many.DeltaLogDensity.mean() - exact.DeltaLogDensity[0]).item<double>() / error, -4.5, 4.5);
    }

    [Fact]
    public void Draw_OfARow_DoesNotDependOnItsBatch()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 6, Hidden = [12] }, TestFlows.Unit(6));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Steps(3, new HutchPlusPlusTrace(6)));
        var data = TestFlows.Normal(4, 6);
        using var whole = flow.ToBase(data, TestFlows.Draw(4));
        using var alone = flow.ToBase(data[2..3], TestFlows.Draw(4) with { Rows = [2] });
        Assert.Equal(whole.DeltaLogDensity[2].item<double>(), alone.DeltaLogDensity[0].item<double>(), 1e-12);
    }

    [Fact]
    public void Pullback_WithTheDirectionsOfTheStart_IsThatOfTheEstimate()
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = 5, Hidden = [7] };
        using var parameters = SeededDraws.Parameters(options, 3);
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), new HutchPlusPlusTrace(6));
        var start = TestFlows.Normal(4, 5);
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(4), SeededDraws.Stream(1), 0.2, start);
        var field = dynamics.ForSolve(directions);
        using var cotangent = SeededDraws.Vector(field.StateLayout(4), 2);
        FlatVector State(double h)
        {
            var state = SeededDraws.Vector(field.StateLayout(4), 1);
            state[0].Accumulate(sin(Arange(20, dtype: ScalarType.Float64)).view(4, 5).Times(h));
            return state;
        }

        double Value(double h)
        {
            using var run = new FieldRun(field, State(h), 0.3, cotangent.Clone());
            return run.Derivative.Flat.dot(cotangent.Flat).item<double>();
        }

        using var at = new FieldRun(field, State(0), 0.3, cotangent.Clone());
        double slope = (at.StateCotangent[0] * sin(Arange(20, dtype: ScalarType.Float64)).view(4, 5)).sum().item<double>();
        Assert.Equal((Value(1e-5) - Value(-1e-5)) / 2e-5, slope, 1e-8);
    }

    [Fact]
    public void Constructor_OfProductsThatCannotBeShared_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HutchPlusPlusTrace(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HutchPlusPlusTrace(8));
        Assert.Throws<NotSupportedException>(() => new HutchPlusPlusTrace().Draw([0], 3, SeededDraws.Stream(0), ScalarType.Float64));
        Assert.Equal(8, new HutchPlusPlusTrace(12).DirectionCount(D));
        Assert.Equal(3, new HutchPlusPlusTrace(12).DirectionCount(3));
    }

    private static Tensor OfRank(int rank) => tensor(LinearField.Random(D, 6))[.., ..rank].mm(tensor(LinearField.Random(D, 7))[..rank]);

    /// <summary>Estimates of the trace of f(z) = A z, one row a draw.</summary>
    private static double[] Estimates(Tensor a, ITraceEstimator trace, int draws)
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = D, Hidden = [], LayerType = new IgnoreLayers() };
        using var parameters = new FlatVector(options.ParameterLayout, ScalarType.Float64);
        parameters["weight.0"].copy_(a);
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), trace);
        var values = TestFlows.Normal(draws, D);
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(draws), SeededDraws.Stream(1), 0, values);
        var field = dynamics.ForSolve(directions);
        using var state = new FlatVector(field.StateLayout(draws), ScalarType.Float64);
        using var derivative = state.CreateLike();
        state[0].copy_(values);
        using var workspace = field.CreateWorkspace(WorkspaceSpec.For(state));
        using var tape = workspace.RentTape();
        field.Evaluate(0, state, tape, derivative);
        return [.. derivative.AsSpan<double>(1).ToArray().Select(rate => -rate)];
    }
}
