using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Rows;

/// <summary>A recorded solve in which every row has its own steps; its pullback differentiates the steps that each row made, their lengths held.</summary>
/// <remarks>
/// ∂L/∂t of the times is that of the exact solution, ∂L/∂y(t) · f at the later ones and −∂L/∂y(t₀) · f at the start (Chen et al. 2018, App. C), right to the order of the tolerance.
/// </remarks>
internal sealed class RowRecordedSolve(IDifferentiableStepper stepper, OdeProblem problem, OdeSolution solution, RowRecorder recorder) : RecordedSolve
{
    private int _replayed;
    private int _pulledBack;

    public override IReadOnlyList<FlatVector> States => solution.States;

    public override SolveStatistics Statistics => solution.Statistics;

    /// <summary>Start and end alone: rows share no other time.</summary>
    public override IReadOnlyList<double> Grid => problem.Times;

    public override void Dispose()
    {
        recorder.Dispose();
        solution.Dispose();
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var byTime = new double[problem.Times.Length];
        for (int i = 0; i < stateCotangents.Length; i++)
        {
            byTime[i + 1] = FieldDerivative.Along(problem, problem.Times[i + 1], States[i], stateCotangents[i]);
        }

        intoStart.Clear();
        RowBatch? batch = null;
        FlatVector? cotangent = null;
        StepPullback? pullback = null;
        try
        {
            for (int n = recorder.Steps.Count - 1; n >= 0; n--)
            {
                var step = recorder.Steps[n];
                if (step.Batch != batch)
                {
                    Finish();
                    batch = step.Batch;
                    cotangent = batch.State.CreateLike();
                    RowSelection.Copy(intoStart, batch.Rows, batch.Places, cotangent); // those that fill up have none
                    pullback = stepper.CreatePullback(cotangent.Layout, cotangent.DType, cotangent.Device);
                }

                foreach (var group in step.Arrivals.GroupBy(arrival => arrival.Time))
                {
                    long[] places = [.. group.Select(arrival => arrival.Place)];
                    RowSelection.Add(stateCotangents[group.Key - 1], [.. places.Select(place => step.Batch.Rows[place])], places, cotangent!);
                }

                Pullback(step, pullback!, cotangent!, intoGradient);
                RowRecorder.Release(step);
                recorder.Steps.RemoveAt(n);
            }
        }
        finally
        {
            Finish();
        }

        byTime[0] = -FieldDerivative.Along(problem, problem.Times[0], problem.Start, intoStart);
        int steps = solution.Rows!.Accepted.Max();
        return new(byTime, new() { Evaluations = _replayed * stepper.TapedStages, Pullbacks = _pulledBack * stepper.TapedStages, AcceptedSteps = steps });

        void Finish()
        {
            if (batch is not null)
            {
                RowSelection.Copy(cotangent!, batch.Places, batch.Rows, intoStart);
                cotangent!.Dispose();
                pullback!.Dispose();
                batch = null;
            }
        }
    }

    private void Pullback(RowStep step, StepPullback pullback, FlatVector cotangent, FlatVector intoGradient)
    {
        var workspace = step.Batch.Lease.Field;
        step.Batch.Field.SetSteps(step.Times, step.NextTimes);
        var derivatives = Enumerable.Range(0, stepper.TapedStages).Select(_ => cotangent.CreateLike()).ToArray();
        var tapes = step.Tapes ?? [.. derivatives.Select(_ => workspace.RentTape())];
        try
        {
            var record = new StepRecord { Time = 0, NextTime = 1, Start = [step.Start], Tapes = tapes, Derivatives = derivatives };
            if (step.Tapes is null)
            {
                pullback.Replay(step.Batch.Field, record);
                _replayed++;
            }

            pullback.Pullback(step.Batch.Field, record, [cotangent], intoGradient);
            _pulledBack++;
        }
        finally
        {
            Array.ForEach(derivatives, derivative => derivative.Dispose());
            if (step.Tapes is null)
            {
                Array.ForEach(tapes, workspace.ReturnTape);
            }
        }
    }
}
