using System.Diagnostics;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers;
using FlowOde.Solvers.Measurement;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Training;

/// <summary>
/// Trains a model: batch, loss and gradient, clipping, the optimiser's step, averaging, validation. A step is a pure function of the state and the
/// iteration's number. A solve that fails or a loss that is not finite skips the step; after five in a row the last good state comes
/// back with half the rate.
/// </summary>
public sealed class Trainer
{
    private const int FailuresBeforeRecovery = 5;
    private const int MostRecoveries = 10;
    private const long GoodEvery = 50;
    private static readonly TimeSpan _peakEvery = TimeSpan.FromSeconds(1);

    private readonly TrainerOptions _options;
    private readonly IRunningStatistics? _statistics;
    private readonly Func<TrainingBatch, FlowDraw, FlatVector, ObjectiveResult> _evaluate;
    private readonly RandomSource _random;
    private readonly Func<long, TrainingBatch> _batches;
    private readonly Func<ValidationResult> _validate;

    /// <summary>Prepares training.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="flow">The flow whose parameters are the state's <see cref="TrainingState.Parameters"/>.</param>
    /// <param name="objective">What is made small.</param>
    /// <param name="random">The run's source of draws.</param>
    /// <param name="batches">The batch of an iteration: a pure function of its number. The trainer disposes it.</param>
    /// <param name="validate">Scores the state's <see cref="TrainingState.Average"/> on held-out rows.</param>
    public Trainer(TrainerOptions options, IFlow flow, IObjective objective, RandomSource random, Func<long, TrainingBatch> batches, Func<ValidationResult> validate) =>
        (_options, _statistics, _evaluate, _random, _batches, _validate) = (options, flow as IRunningStatistics, (batch, draw, into) => objective.Evaluate(flow, batch, draw, batch.Rows.Length, into), random, batches, validate);

    /// <summary>Prepares training of anything that has a loss and a gradient.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="evaluate">The loss of a batch under the state's <see cref="TrainingState.Parameters"/>; adds its gradient to the vector it is given.</param>
    /// <param name="random">The run's source of draws.</param>
    /// <param name="batches">The batch of an iteration: a pure function of its number. The trainer disposes it.</param>
    /// <param name="validate">Scores the state's <see cref="TrainingState.Average"/> on held-out rows.</param>
    public Trainer(TrainerOptions options, Func<TrainingBatch, FlowDraw, FlatVector, ObjectiveResult> evaluate, RandomSource random, Func<long, TrainingBatch> batches, Func<ValidationResult> validate) =>
        (_options, _evaluate, _random, _batches, _validate) = (options, evaluate, random, batches, validate);

    /// <summary>Trains until the plan is fulfilled, patience is used up, or a stop is asked for.</summary>
    /// <param name="state">Where to start from; changed in place and always consistent between iterations.</param>
    /// <param name="progress">Is told of every iteration.</param>
    /// <param name="afterIteration">Called after every iteration, where the state may be saved.</param>
    /// <param name="stop">Asks for a stop after the present iteration.</param>
    /// <exception cref="TrainingException">Training fails again and again.</exception>
    public void Run(TrainingState state, IProgress<TrainingRecord> progress, Action<TrainingState> afterIteration, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(afterIteration);
        using var gradient = state.Parameters.CreateLike();
        var clock = Stopwatch.StartNew();
        double before = state.Seconds;
        long peak = 0;
        var readPeak = TimeSpan.Zero;
        while (!state.IsComplete && !stop.IsCancellationRequested)
        {
            var record = Step(state, gradient);
            state.Iteration++;
            state.Seconds = before + clock.Elapsed.TotalSeconds;
            RevisePlan(state);
            if (clock.Elapsed >= readPeak)
            {
                (peak, readPeak) = (ResidentMemory.Peak(), clock.Elapsed + _peakEvery);
            }

            bool atEnd = state.Iteration >= state.Plan.TotalAt(state.Iteration);
            if (atEnd || state.Iteration % _options.ValidateEvery == 0)
            {
                record = Validate(state, record);
            }

            state.IsComplete = atEnd || (_options.Patience > 0 && state.ValidationsSinceBest >= _options.Patience);
            state.Seconds = before + clock.Elapsed.TotalSeconds;
            progress.Report(record with { Total = state.Plan.TotalAt(state.Iteration), Seconds = state.Seconds, PeakMemory = peak });
            afterIteration(state);
        }
    }

    private TrainingRecord Step(TrainingState state, FlatVector gradient)
    {
        double rate = state.RateFactor * _options.Schedule.Rate(state.Plan.ProgressAt(state.Iteration), state.Iteration);
        var record = new TrainingRecord
        {
            Iteration = state.Iteration + 1,
            Total = 0,
            Loss = double.NaN,
            Score = double.NaN,
            StandardError = double.NaN,
            NfeForward = 0,
            NfeBackward = 0,
            RejectedSteps = 0,
            GradientNorm = double.NaN,
            LearningRate = rate,
            Seconds = 0,
            PeakMemory = 0,
        };
        gradient.Clear();
        try
        {
            using var batch = _batches(state.Iteration);
            var draw = new FlowDraw(_random, RandomPurpose.Probe, state.Iteration, batch.Rows) { Prior = state.Profiles };
            var result = _evaluate(batch, draw, gradient);
            state.Profiles = _options.WarmStart ? result.Profiles : [];
            double norm = Math.Sqrt(LinearCombination.Dot(gradient, gradient, [new(0, gradient.Layout.Length)]));
            record = record with
            {
                Loss = result.Loss,
                Score = result.Score,
                StandardError = result.StandardError,
                NfeForward = result.Forward.Evaluations,
                NfeBackward = result.Backward.Pullbacks,
                RejectedSteps = result.Forward.RejectedSteps,
                GradientNorm = norm,
            };
            if (!double.IsFinite(result.Loss) || !double.IsFinite(norm))
            {
                return Skip(state, record, $"The loss ({result.Loss}) or its gradient ({norm}) is not finite.", null);
            }

            state.Optimizer.Step(gradient, norm > _options.ClipNorm ? _options.ClipNorm / norm : 1, rate, _options.AverageDecay, state.Parameters, state.Average);
            _statistics?.Commit(result.Moments);
            state.FailuresInARow = 0;
            if (state.Optimizer.Steps % GoodEvery == 0)
            {
                state.MarkGood();
            }

            return record;
        }
        catch (OdeSolveException error)
        {
            return Skip(state, record, error.Message, error);
        }
    }

    private static TrainingRecord Skip(TrainingState state, TrainingRecord record, string reason, Exception? error)
    {
        state.Failures++;
        state.Profiles = [];
        if (++state.FailuresInARow >= FailuresBeforeRecovery)
        {
            state.Recover();
            if (state.RateFactor < Math.Pow(0.5, MostRecoveries))
            {
                throw new TrainingException($"Training failed {state.Failures} times although the learning rate was halved {MostRecoveries} times. Last: {reason} Lower --lr, loosen --rtol and --atol, or look for extreme values in the data.", error);
            }
        }

        return record with { Skipped = reason };
    }

    private TrainingRecord Validate(TrainingState state, TrainingRecord record)
    {
        ValidationResult result;
        try
        {
            result = _validate();
        }
        catch (OdeSolveException error)
        {
            state.ValidationsSinceBest++;
            return record with { Notice = $"Validation failed: {error.Message}" };
        }

        bool isBest = double.IsFinite(result.Score) && !(state.BestValidation?.Score <= result.Score);
        if (isBest)
        {
            state.Best.CopyFrom(state.Average);
            state.BestStatistics.CopyFrom(state.Statistics);
            (state.BestValidation, state.BestIteration, state.ValidationsSinceBest) = (result, state.Iteration, 0);
        }
        else
        {
            state.ValidationsSinceBest++;
        }

        return record with { Validation = result, IsBest = isBest };
    }

    private void RevisePlan(TrainingState state)
    {
        if (_options.SecondsLimit is { } limit)
        {
            double seconds = state.Seconds - state.RateMark.Seconds;
            double rate = (state.Iteration - state.RateMark.Iteration) / Math.Max(1e-9, seconds);
            var revised = state.Plan.Revise(state.Iteration, state.Seconds, state.RateMark.Seconds, limit, rate);
            if (!ReferenceEquals(revised, state.Plan))
            {
                (state.Plan, state.RateMark) = (revised, (state.Seconds, state.Iteration));
            }
        }
    }
}
