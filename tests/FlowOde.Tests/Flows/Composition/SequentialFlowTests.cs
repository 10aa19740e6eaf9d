using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Dynamics;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Dynamics;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

public class SequentialFlowTests
{
    /// <summary>f = a z from data to base over τ: log p(x) = log N(e^{aτ} x) + aDτ, whichever way the clock runs.</summary>
    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1.0, 0.0)]
    [InlineData(0.0, 0.5)]
    [InlineData(-1.0, 2.0)]
    public void ToBase_OfAUniformScaling_HasTheClosedLogDensityOnBothClocks(double baseTime, double dataTime)
    {
        const double a = 0.7;
        var (model, parameters) = Linear(new[,] { { a, 0 }, { 0, a } }, baseTime, dataTime);
        var flow = model.Bind(parameters, Exact(1e-10));
        var data = Normal(20, 2);
        double tau = baseTime - dataTime;
        var expected = StandardNormal.LogDensity(data.Times(Math.Exp(a * tau))).Plus(a * 2 * tau);
        Assert.InRange(Difference(expected, LogDensity(flow, data)), 0, 1e-8);
    }

    /// <summary>A Gaussian under a linear field stays Gaussian: Σ → e^{A} Σ e^{Aᵀ}, and the log-determinant is tr A (oracle I1).</summary>
    [Fact]
    public void ToBase_OfALinearField_HasTheGaussianLogDensity()
    {
        double[,] matrix = { { 0.3, -1.1, 0.2 }, { 0.8, -0.5, 0.4 }, { 0.1, 0.6, 0.25 } };
        var (model, parameters) = Linear(matrix, 0, 1);
        var map = matrix_exp(tensor(matrix));
        var covariance = map.mm(map.t());
        var data = Normal(30, 3);
        var solved = linalg.solve(covariance, data.t()).t();
        var expected = (data * solved).sum([1L]).Times(-0.5).Minus(1.5 * Math.Log(2 * Math.PI)) - linalg.slogdet(covariance).Item2.Times(0.5);
        Assert.InRange(Difference(expected, LogDensity(model.Bind(parameters, Exact(1e-10)), data)), 0, 1e-8);
    }

    /// <summary>A rotation keeps volume: every probe gives 0, not only their mean (oracle I4).</summary>
    [Fact]
    public void ToBase_OfARotation_ChangesNoLogDensityWithAnyProbe()
    {
        var (model, parameters) = Linear(new[,] { { 0, -2.0 }, { 2.0, 0 } }, 0, 1);
        var flow = model.Bind(parameters, Exact(1e-9) with { Trace = new HutchinsonTrace(2) });
        using var result = flow.ToBase(Normal(10, 2), Draw(10));
        Assert.InRange(result.DeltaLogDensity.abs().max().item<double>(), 0, 1e-12);
        Assert.InRange(Difference(result.Values.norm(1), Normal(10, 2).norm(1)), 0, 1e-7);
    }

    [Fact]
    public void Standardize_IsOneAffineMapWithItsDensity()
    {
        using var map = new StandardizeHolder();
        var data = Normal(5, 2);
        using var there = map.Value.ToBase(data, Draw(5));
        using var back = map.Value.Generate(there.Values).Values;
        Assert.InRange(Difference(data, back), 0, 1e-14);
        Assert.Equal(Math.Log(2 * 0.5), there.DeltaLogDensity[0].item<double>(), 1e-15);
        Assert.Equal((data[0, 0].item<double>() - 3) / 2, there.Values[0, 0].item<double>(), 1e-15);
        Assert.Throws<ArgumentException>(() => new Standardize([0], [0]));
        Assert.Throws<ArgumentException>(() => new Standardize([double.NaN], [1]));
    }

    [Theory]
    [InlineData(1, 1e-5)]
    [InlineData(1, 1e-8)]
    [InlineData(3, 1e-7)]
    public void ToData_AfterToBase_ReturnsDataAndDensity(int blocks, double tolerance)
    {
        var (model, parameters) = Random(blocks, 3);
        var flow = model.Bind(parameters, Exact(tolerance));
        var data = Normal(40, 3).Times(2);
        using var there = flow.ToBase(data, Draw(40));
        using var back = flow.ToData(there.Values, Draw(40));
        using var generated = flow.Generate(there.Values).Values;
        Assert.InRange(Difference(data, back.Values), 0, 100 * blocks * tolerance);
        Assert.InRange(Difference(data, generated), 0, 100 * blocks * tolerance);
        Assert.InRange(there.DeltaLogDensity.Plus(back.DeltaLogDensity).abs().max().item<double>(), 0, 100 * blocks * tolerance);
    }

    [Fact]
    public void ToBase_OfTwoBlocks_AddsTheirLogDensities()
    {
        var (model, parameters) = Random(2, 2);
        var flow = model.Bind(parameters, Exact(1e-9));
        var data = Normal(12, 2);
        using var whole = flow.ToBase(data, Draw(12));
        using var first = flow.Parts[0].ToBase(data, Draw(12));
        using var second = flow.Parts[1].ToBase(first.Values, Draw(12));
        using var third = flow.Parts[2].ToBase(second.Values, Draw(12));
        Assert.InRange(Difference(whole.DeltaLogDensity, first.DeltaLogDensity.Plus(second.DeltaLogDensity).Plus(third.DeltaLogDensity)), 0, 1e-14);
        Assert.InRange(Difference(whole.Values, third.Values), 0, 1e-14);
        Assert.True(second.DeltaLogDensity.abs().max().item<double>() > 1e-3);
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-7)]
    public void Density_OverTheLine_IntegratesToOneWithinTheTolerance(double tolerance)
    {
        var (model, parameters) = Random(1, 1);
        const int cells = 4001;
        var grid = linspace(-12, 12, cells, dtype: ScalarType.Float64).view(cells, 1);
        double integral = LogDensity(model.Bind(parameters, Exact(tolerance)), grid).exp().sum().item<double>() * 24 / (cells - 1);
        Assert.Equal(1, integral, Math.Max(1e-6, 10 * tolerance));
    }

    [Fact]
    public void Density_OverThePlane_IntegratesToOne()
    {
        var (model, parameters) = Random(1, 2);
        const int cells = 180;
        var axis = linspace(-9, 9, cells, dtype: ScalarType.Float64);
        var grid = cartesian_prod(axis, axis);
        double area = Math.Pow(18.0 / (cells - 1), 2);
        Assert.Equal(1, LogDensity(model.Bind(parameters, Exact(1e-6)), grid).exp().sum().item<double>() * area, 1e-3);
    }

    [Fact]
    public void LogDensity_OfARow_DoesNotDependOnItsBatchBeyondTheTolerance()
    {
        var (model, parameters) = Random(1, 2);
        var flow = model.Bind(parameters, Exact(1e-7) with { Norm = ErrorNorm.LargestRow });
        var data = Normal(300, 2);
        using var alone = LogDensity(flow, data[..1]);
        using var together = LogDensity(flow, data);
        Assert.Equal(alone[0].item<double>(), together[0].item<double>(), 1e-6);
    }

    public static TheoryData<string> References => new(
        "mlp-ignore", "mlp-concat", "mlp-concatcoord", "mlp-squash", "mlp-concatsquash", "mlp-concatsquash-elu", "mlp-concatsquash-identity",
        "mlp-concatsquash-softplus", "mlp-concatsquash-square", "mlp-concatsquash-swish", "mlp-wide", "mlp-blend", "mlp-hyper",
        "conv-ignore", "conv-concat", "conv-concatcoord", "conv-concatsquash", "conv-blend", "conv-hyper", "conv-strided");

    /// <summary>Whole solves of the FFJORD authors' code, from data at 0 to the base at T.</summary>
    [Theory]
    [MemberData(nameof(References))]
    public void Solve_OfTheAuthorsModels_GivesTheirLogDensities(string name)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase(name);
        using var parameters = reference.Vector("parameter");
        double end = reference.EndTime;
        foreach (var (trace, key) in new (ITraceEstimator, string)[] { (new HutchinsonTrace(), "log_density_hutchinson"), (new ExactTrace(), "log_density_exact") }.Where(pair => reference.Has(pair.Item2)))
        {
            var dynamics = new CnfDynamics(reference.Options.CreateNetwork(parameters), trace);
            using var directions = trace is HutchinsonTrace
                ? new Directions(reference.Rows("e").unsqueeze(0), 1)
                : dynamics.DrawDirections(SeededDraws.Rows((int)reference["x"].shape[0]), SeededDraws.Stream(0));
            var field = dynamics.ForSolve(directions);
            using var start = new FlatVector(field.StateLayout(reference["x"].shape[0]), ScalarType.Float64);
            start[0].copy_(reference.Rows("x"));
            using var solution = OdeSolver.Solve(new OdeProblem
            {
                Field = field,
                Stepper = StepperCatalog.Find("dopri5")!,
                Controller = new PidController { Tolerances = new(1e-11, 1e-11) },
                Start = start,
                Times = [0, end],
                Pool = new(),
            });
            var logDensity = StandardNormal.LogDensity(solution.Final[0]) - solution.Final[1];
            Assert.InRange(Difference(reference.Rows("z_base"), solution.Final[0]), 0, 1e-7);
            Assert.InRange(Difference(reference[key].view(-1), logDensity), 0, 1e-7);
        }
    }

    private static (FlowModel Model, FlatVector Parameters) Random(int blocks, int dimension)
    {
        var model = new FlowModel(new FlowOptions { Dimension = dimension, Hidden = [16, 16], Blocks = blocks }, new Standardize([.. Enumerable.Repeat(0.1, dimension)], [.. Enumerable.Repeat(1.5, dimension)]));
        return (model, model.CreateParameters(Source, ScalarType.Float64, CPU));
    }

    private sealed class StandardizeHolder : IDisposable
    {
        public Standardize Value { get; } = new([3, -1], [2, 0.5]);

        public void Dispose() => Value.Parameters.Dispose();
    }
}
