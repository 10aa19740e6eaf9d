using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>What holds for the field of a solve whatever its formulas are: roles, tapes, threads, memory, errors.</summary>
public sealed class CnfDynamicsContractTests : IDisposable
{
    private const int Rows = 6;
    private readonly FlatVector _parameters;
    private readonly CnfDynamics _dynamics;
    private readonly Directions _directions;
    private readonly IDifferentiableField _field;

    public CnfDynamicsContractTests()
    {
        var options = new MlpOptions { Dimension = 3, Hidden = [9, 8] };
        _parameters = SeededDraws.Parameters(options, 1);
        _dynamics = new(new MlpNetwork(options, _parameters), new HutchinsonTrace(2), KnownRegularizers.All);
        _directions = _dynamics.DrawDirections(SeededDraws.Rows(Rows), SeededDraws.Uniforms(1));
        _field = _dynamics.ForSolve(_directions);
    }

    public void Dispose()
    {
        _directions.Dispose();
        _parameters.Dispose();
    }

    [Fact]
    public void StateLayout_OfTheDynamics_HasZThenQuadratures()
    {
        var layout = _dynamics.StateLayout(Rows);
        Assert.Equal(["z", "deltaLogDensity", "kineticEnergy", "jacobianFrobenius"], layout.Segments.Select(segment => segment.Name));
        Assert.Equal([SegmentRole.Evolving, SegmentRole.Quadrature, SegmentRole.Quadrature, SegmentRole.Quadrature], layout.Segments.Select(segment => segment.Role));
        Assert.Equal([true, true, false, false], layout.Segments.Select(segment => segment.InNorm));
        Assert.All(layout.Segments, segment => Assert.True(segment.IsBatched));
        Assert.Equal(["z"], _dynamics.SampleField.StateLayout(Rows).Segments.Select(segment => segment.Name));
    }

    [Fact]
    public void Pullback_OfSumsOfCotangents_IsLinear()
    {
        using var scope = NewDisposeScope();
        using var a = Run(2);
        using var b = Run(3);
        using var both = new FieldRun(_field, SeededDraws.Vector(_field.StateLayout(Rows), 1), 0.4, Sum(a.Cotangent, b.Cotangent));
        Same((a.Gradient.Flat * 2) - b.Gradient.Flat, both.Gradient.Flat);
        Same((a.StateCotangent[0] * 2) - b.StateCotangent[0], both.StateCotangent[0]);
        Same((a.TimeCotangent * 2) - b.TimeCotangent, both.TimeCotangent);
    }

    [Fact]
    public void EvaluateAndPullback_WithRowsPermuted_PermuteRowsAndKeepTheGradient()
    {
        using var scope = NewDisposeScope();
        var order = tensor((long[])[4, 2, 0, 5, 1, 3]);
        using var plain = Run(2);
        using var turned = new Directions(_directions.Values.index_select(1, order), _directions.Weight);
        FlatVector state = plain.State.Clone(), cotangent = plain.Cotangent.Clone();
        foreach (var vector in (FlatVector[])[state, cotangent])
        {
            for (int i = 0; i < vector.Layout.Segments.Count; i++)
            {
                vector[i].copy_(vector[i].index_select(0, order));
            }
        }

        using var run = new FieldRun(_dynamics.ForSolve(turned), state, 0.4, cotangent);
        for (int i = 0; i < run.Derivative.Layout.Segments.Count; i++)
        {
            Same(plain.Derivative[i].index_select(0, order), run.Derivative[i]);
        }

        Same(plain.StateCotangent[0].index_select(0, order), run.StateCotangent[0]);
        Same(plain.Gradient.Flat, run.Gradient.Flat);
    }

    [Fact]
    public void Pullback_WithTwoTapesLive_UsesEachTapesOwnPoint()
    {
        using var scope = NewDisposeScope();
        using var alone = Run(2);
        using var workspace = _field.CreateWorkspace(WorkspaceSpec.For(alone.State));
        using var other = SeededDraws.Vector(_field.StateLayout(Rows), 8);
        using var derivative = other.CreateLike();
        using var stateCotangent = other.CreateLike();
        using var gradient = _parameters.CreateLike();
        FieldTape first = workspace.RentTape(), second = workspace.RentTape();
        _field.Evaluate(0.4, alone.State, first, derivative);
        _field.Evaluate(0.9, other, second, derivative);
        _field.Pullback(second, alone.Cotangent, 1, stateCotangent, gradient);
        gradient.Clear();
        _field.Pullback(first, alone.Cotangent, 1, stateCotangent, gradient);
        Same(alone.StateCotangent[0], stateCotangent[0]);
        Same(alone.Gradient.Flat, gradient.Flat);
        Assert.True(first.Bytes > 0);
        workspace.ReturnTape(first);
        workspace.ReturnTape(second);
    }

    [Fact]
    public void AccumulateParameters_AfterAPullbackOfWeightZero_AddsTheParameterHalf()
    {
        using var scope = NewDisposeScope();
        using var alone = Run(2);
        using var workspace = _field.CreateWorkspace(WorkspaceSpec.For(alone.State));
        using var derivative = alone.State.CreateLike();
        using var stateCotangent = alone.State.CreateLike();
        using var gradient = _parameters.CreateLike();
        var tape = workspace.RentTape();
        _field.Evaluate(0.4, alone.State, tape, derivative);
        _field.Pullback(tape, alone.Cotangent, 0, stateCotangent, gradient);
        Assert.Equal(0, gradient.Flat.abs().max().item<double>());
        _field.AccumulateParameters(tape, 0.25, gradient);
        _field.AccumulateParameters(tape, 0.75, gradient);
        Same(alone.Gradient.Flat, gradient.Flat);
        workspace.ReturnTape(tape);
    }

    [Fact]
    public void Evaluate_OnAPooledTapeOfAnotherSolve_UsesThisSolvesDirections()
    {
        using var scope = NewDisposeScope();
        using var others = _dynamics.DrawDirections(SeededDraws.Rows(Rows), SeededDraws.Uniforms(77));
        var other = _dynamics.ForSolve(others);
        Assert.Equal(_field.WorkspaceKey, other.WorkspaceKey);
        using var expected = Run(2);
        using var workspace = other.CreateWorkspace(WorkspaceSpec.For(expected.State));
        using var derivative = expected.State.CreateLike();
        var tape = workspace.RentTape();
        other.Evaluate(0.4, expected.State, tape, derivative);
        Assert.NotEqual(0, (expected.Derivative[1] - derivative[1]).abs().max().item<double>());
        _field.Evaluate(0.4, expected.State, tape, derivative);
        Same(expected.Derivative.Flat, derivative.Flat);
        workspace.ReturnTape(tape);
    }

    [Fact]
    public void EvaluateAndPullback_OnTwoThreads_GiveTheSameNumbers()
    {
        using var expected = Run(2);
        double[] gradient = expected.Gradient.AsSpan<double>().ToArray();
        Parallel.For(0, 2, _ =>
        {
            for (int i = 0; i < 100; i++)
            {
                using var scope = NewDisposeScope();
                using var run = Run(2);
                Assert.Equal(gradient, run.Gradient.AsSpan<double>().ToArray());
            }
        });
    }

    [Fact]
    public void EvaluateAndPullback_AThousandTimes_LeaveNoTensorBehind()
    {
        using var run = Run(2);
        using var workspace = _field.CreateWorkspace(WorkspaceSpec.For(run.State));
        var tape = workspace.RentTape();
        void Once()
        {
            _field.Evaluate(0.4, run.State, tape, run.Derivative);
            _field.Pullback(tape, run.Cotangent, 1, run.StateCotangent, run.Gradient, run.TimeCotangent);
        }

        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 1000; i++)
        {
            Once();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        workspace.ReturnTape(tape);
    }

    [Fact]
    public void ForSolve_WithDirectionsOfAnotherNumber_SaysWhatIsNeeded()
    {
        using var single = new HutchinsonTrace(1).Draw(SeededDraws.Rows(Rows), 3, SeededDraws.Uniforms(1), ScalarType.Float64);
        Assert.Contains("[2, rows, 3]", Assert.Throws<ArgumentException>(() => _dynamics.ForSolve(single)).Message, StringComparison.Ordinal);
        using var single32 = new HutchinsonTrace(2).Draw(SeededDraws.Rows(Rows), 3, SeededDraws.Uniforms(1), ScalarType.Float32);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => _dynamics.ForSolve(single32)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_OfAnotherNumberOfRows_IsRefused()
    {
        using var state = SeededDraws.Vector(_dynamics.StateLayout(Rows + 1), 1);
        using var derivative = state.CreateLike();
        using var fits = _field.CreateWorkspace(new(Rows, ScalarType.Float64, CPU));
        using var wide = _field.CreateWorkspace(new(Rows + 1, ScalarType.Float64, CPU));
        using var tape = fits.RentTape();
        using var wideTape = wide.RentTape();
        Assert.Throws<ArgumentException>(() => _field.Evaluate(0, state, tape, derivative));
        Assert.Contains("drawn for 6 rows", Assert.Throws<ArgumentException>(() => _field.Evaluate(0, state, wideTape, derivative)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WithARegularizerTwice_NamesTheChannel() =>
        Assert.Contains("kineticEnergy", Assert.Throws<ArgumentException>(() => new CnfDynamics(_dynamics.Network, _dynamics.Trace, new KineticEnergy(), new KineticEnergy())).Message, StringComparison.Ordinal);

    private static FlatVector Sum(FlatVector a, FlatVector b)
    {
        var sum = a.CreateLike();
        sum.Flat.copy_((a.Flat * 2) - b.Flat);
        return sum;
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        double error = (expected - actual).abs().max().item<double>();
        Assert.True(error < 1e-13, $"error {error:E2}");
    }

    private FieldRun Run(int cotangentSeed) =>
        new(_field, SeededDraws.Vector(_field.StateLayout(Rows), 1), 0.4, SeededDraws.Vector(_field.StateLayout(Rows), cotangentSeed));
}
