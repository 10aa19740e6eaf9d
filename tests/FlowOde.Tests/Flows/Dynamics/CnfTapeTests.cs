using FlowOde.Solvers.Fields;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>Tapes and workspaces of one field: several live at once, pooled between solves, on several threads.</summary>
public sealed class CnfTapeTests : IDisposable
{
    private readonly SmallCnf _cnf = new();

    public void Dispose() => _cnf.Dispose();

    [Fact]
    public void Pullback_WithTwoTapesLive_UsesEachTapesOwnPoint()
    {
        using var scope = NewDisposeScope();
        using var alone = _cnf.Run(2);
        using var workspace = _cnf.Field.CreateWorkspace(WorkspaceSpec.For(alone.State));
        using var other = SeededDraws.Vector(_cnf.Field.StateLayout(SmallCnf.Rows), 8);
        using var derivative = other.CreateLike();
        using var stateCotangent = other.CreateLike();
        using var gradient = _cnf.Parameters.CreateLike();
        FieldTape first = workspace.RentTape(), second = workspace.RentTape();
        _cnf.Field.Evaluate(0.4, alone.State, first, derivative);
        _cnf.Field.Evaluate(0.9, other, second, derivative);
        _cnf.Field.Pullback(second, alone.Cotangent, 1, stateCotangent, gradient);
        gradient.Clear();
        _cnf.Field.Pullback(first, alone.Cotangent, 1, stateCotangent, gradient);
        SmallCnf.Same(alone.StateCotangent[0], stateCotangent[0]);
        SmallCnf.Same(alone.Gradient.Flat, gradient.Flat);
        Assert.True(first.Bytes > 0);
        workspace.ReturnTape(first);
        workspace.ReturnTape(second);
    }

    [Fact]
    public void AccumulateParameters_AfterAPullbackOfWeightZero_AddsTheParameterHalf()
    {
        using var scope = NewDisposeScope();
        using var alone = _cnf.Run(2);
        using var workspace = _cnf.Field.CreateWorkspace(WorkspaceSpec.For(alone.State));
        using var derivative = alone.State.CreateLike();
        using var stateCotangent = alone.State.CreateLike();
        using var gradient = _cnf.Parameters.CreateLike();
        var tape = workspace.RentTape();
        _cnf.Field.Evaluate(0.4, alone.State, tape, derivative);
        _cnf.Field.Pullback(tape, alone.Cotangent, 0, stateCotangent, gradient);
        Assert.Equal(0, gradient.Flat.abs().max().item<double>());
        _cnf.Field.AccumulateParameters(tape, 0.25, gradient);
        _cnf.Field.AccumulateParameters(tape, 0.75, gradient);
        SmallCnf.Same(alone.Gradient.Flat, gradient.Flat);
        workspace.ReturnTape(tape);
    }

    [Fact]
    public void Evaluate_OnAPooledTapeOfAnotherSolve_UsesThisSolvesDirections()
    {
        using var scope = NewDisposeScope();
        using var others = _cnf.Dynamics.DrawDirections(SeededDraws.Rows(SmallCnf.Rows), SeededDraws.Uniforms(77));
        var other = _cnf.Dynamics.ForSolve(others);
        Assert.Equal(_cnf.Field.WorkspaceKey, other.WorkspaceKey);
        using var expected = _cnf.Run(2);
        using var workspace = other.CreateWorkspace(WorkspaceSpec.For(expected.State));
        using var derivative = expected.State.CreateLike();
        var tape = workspace.RentTape();
        other.Evaluate(0.4, expected.State, tape, derivative);
        Assert.NotEqual(0, (expected.Derivative[1] - derivative[1]).abs().max().item<double>());
        _cnf.Field.Evaluate(0.4, expected.State, tape, derivative);
        SmallCnf.Same(expected.Derivative.Flat, derivative.Flat);
        workspace.ReturnTape(tape);
    }

    [Fact]
    public void EvaluateAndPullback_OnTwoThreads_GiveTheSameNumbers()
    {
        using var expected = _cnf.Run(2);
        double[] gradient = expected.Gradient.AsSpan<double>().ToArray();
        Parallel.For(0, 2, _ =>
        {
            for (int i = 0; i < 100; i++)
            {
                using var scope = NewDisposeScope();
                using var run = _cnf.Run(2);
                Assert.Equal(gradient, run.Gradient.AsSpan<double>().ToArray());
            }
        });
    }

    [Fact]
    public void EvaluateAndPullback_AThousandTimes_LeaveNoTensorBehind()
    {
        using var run = _cnf.Run(2);
        using var workspace = _cnf.Field.CreateWorkspace(WorkspaceSpec.For(run.State));
        var tape = workspace.RentTape();
        void Once()
        {
            _cnf.Field.Evaluate(0.4, run.State, tape, run.Derivative);
            _cnf.Field.Pullback(tape, run.Cotangent, 1, run.StateCotangent, run.Gradient, run.TimeCotangent);
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
}
