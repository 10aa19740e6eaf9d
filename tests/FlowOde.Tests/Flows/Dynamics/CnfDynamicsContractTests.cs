using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>What holds for the field of a solve whatever its formulas are: roles, tapes, threads, memory, errors.</summary>
public sealed class CnfDynamicsContractTests : IDisposable
{
    private readonly SmallCnf _cnf = new();

    public void Dispose() => _cnf.Dispose();

    [Fact]
    public void StateLayout_OfTheDynamics_HasZThenQuadratures()
    {
        var layout = _cnf.Dynamics.StateLayout(SmallCnf.Rows);
        Assert.Equal(["z", "deltaLogDensity", "kineticEnergy", "jacobianFrobenius"], layout.Segments.Select(segment => segment.Name));
        Assert.Equal([SegmentRole.Evolving, SegmentRole.Quadrature, SegmentRole.Quadrature, SegmentRole.Quadrature], layout.Segments.Select(segment => segment.Role));
        Assert.Equal([true, true, false, false], layout.Segments.Select(segment => segment.InNorm));
        Assert.All(layout.Segments, segment => Assert.True(segment.IsBatched));
        Assert.Equal(["z"], _cnf.Dynamics.SampleField.StateLayout(SmallCnf.Rows).Segments.Select(segment => segment.Name));
    }

    [Fact]
    public void Pullback_OfSumsOfCotangents_IsLinear()
    {
        using var scope = NewDisposeScope();
        using var a = _cnf.Run(2);
        using var b = _cnf.Run(3);
        using var both = new FieldRun(_cnf.Field, SeededDraws.Vector(_cnf.Field.StateLayout(SmallCnf.Rows), 1), 0.4, Sum(a.Cotangent, b.Cotangent));
        SmallCnf.Same(a.Gradient.Flat.Times(2) - b.Gradient.Flat, both.Gradient.Flat);
        SmallCnf.Same(a.StateCotangent[0].Times(2) - b.StateCotangent[0], both.StateCotangent[0]);
        SmallCnf.Same(a.TimeCotangent.Times(2) - b.TimeCotangent, both.TimeCotangent);
    }

    [Fact]
    public void EvaluateAndPullback_WithRowsPermuted_PermuteRowsAndKeepTheGradient()
    {
        using var scope = NewDisposeScope();
        var order = tensor((long[])[4, 2, 0, 5, 1, 3]);
        using var plain = _cnf.Run(2);
        using var turned = new Directions(_cnf.Directions.Values.index_select(1, order), _cnf.Directions.Weight);
        FlatVector state = plain.State.Clone(), cotangent = plain.Cotangent.Clone();
        foreach (var vector in (FlatVector[])[state, cotangent])
        {
            for (int i = 0; i < vector.Layout.Segments.Count; i++)
            {
                vector[i].copy_(vector[i].index_select(0, order));
            }
        }

        using var run = new FieldRun(_cnf.Dynamics.ForSolve(turned), state, 0.4, cotangent);
        for (int i = 0; i < run.Derivative.Layout.Segments.Count; i++)
        {
            SmallCnf.Same(plain.Derivative[i].index_select(0, order), run.Derivative[i]);
        }

        SmallCnf.Same(plain.StateCotangent[0].index_select(0, order), run.StateCotangent[0]);
        SmallCnf.Same(plain.Gradient.Flat, run.Gradient.Flat);
    }

    [Fact]
    public void ForSolve_WithDirectionsOfAnotherNumber_SaysWhatIsNeeded()
    {
        using var single = new HutchinsonTrace(1).Draw(SeededDraws.Rows(SmallCnf.Rows), 3, SeededDraws.Stream(1), ScalarType.Float64);
        Assert.Contains("[2, rows, 3]", Assert.Throws<ArgumentException>(() => _cnf.Dynamics.ForSolve(single)).Message, StringComparison.Ordinal);
        using var single32 = new HutchinsonTrace(2).Draw(SeededDraws.Rows(SmallCnf.Rows), 3, SeededDraws.Stream(1), ScalarType.Float32);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => _cnf.Dynamics.ForSolve(single32)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_OfAnotherNumberOfRows_IsRefused()
    {
        using var state = SeededDraws.Vector(_cnf.Dynamics.StateLayout(SmallCnf.Rows + 1), 1);
        using var derivative = state.CreateLike();
        using var fits = _cnf.Field.CreateWorkspace(new(SmallCnf.Rows, ScalarType.Float64, CPU));
        using var wide = _cnf.Field.CreateWorkspace(new(SmallCnf.Rows + 1, ScalarType.Float64, CPU));
        using var tape = fits.RentTape();
        using var wideTape = wide.RentTape();
        Assert.Throws<ArgumentException>(() => _cnf.Field.Evaluate(0, state, tape, derivative));
        Assert.Contains("drawn for 6 rows", Assert.Throws<ArgumentException>(() => _cnf.Field.Evaluate(0, state, wideTape, derivative)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WithARegularizerTwice_NamesTheChannel() =>
        Assert.Contains("kineticEnergy", Assert.Throws<ArgumentException>(() => new CnfDynamics(_cnf.Dynamics.Network, _cnf.Dynamics.Trace, new KineticEnergy(), new KineticEnergy())).Message, StringComparison.Ordinal);

    private static FlatVector Sum(FlatVector a, FlatVector b)
    {
        var sum = a.CreateLike();
        sum.Flat.copy_(a.Flat.Times(2) - b.Flat);
        return sum;
    }
}
