using System.Diagnostics;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>One run of training between its folder and the trainer: what is made from the configuration, and what is saved when.</summary>
internal sealed class TrainSession : IDisposable
{
    private const int MostValidationRows = 2_000;
    private static readonly TimeSpan _saveEvery = TimeSpan.FromSeconds(15);

    private readonly RunFolder _folder;
    private readonly TrainingData _data;
    private readonly Device _device;
    private readonly FlowSettings _settings;
    private readonly RandomSource _random;
    private long _savedBest = -1;

    /// <summary>Makes model and state; nothing is written yet.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The data.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="ArgumentException">The configuration does not fit together.</exception>
    public TrainSession(RunFolder folder, RunConfig config, TrainingData data, Device device)
    {
        (_folder, Config, _data, _device) = (folder, config, data, device);
        var values = config.Values;
        _settings = SolveSettings.ForTraining(values);
        _random = new RandomSource((ulong)values.Integer("seed"));
        Model = new FlowModel(ModelSettings.Read(values, data.Dimension), data.Standardize);
        State = new TrainingState(Model.CreateParameters(_random, SolveSettings.DType(values), device), TrainerSettings.Adam(values), TrainerSettings.Plan(values));
    }

    /// <summary>The configuration.</summary>
    public RunConfig Config { get; }

    /// <summary>The model.</summary>
    public FlowModel Model { get; }

    /// <summary>The state.</summary>
    public TrainingState State { get; }

    /// <summary>Why the last skipped iteration was skipped or the last validation failed, or null.</summary>
    public string? LastProblem { get; private set; }

    /// <summary>Goes back to where the run was saved.</summary>
    public void Resume()
    {
        if (File.Exists(_folder.State))
        {
            StateStore.Read(_folder, State);
            SaveModelIfBetter();
        }
    }

    /// <summary>Trains until the plan is fulfilled or a stop is asked for; the folder holds the state whenever this returns or throws.</summary>
    /// <param name="progress">Is told of every iteration.</param>
    /// <param name="stop">Asks for a stop.</param>
    /// <exception cref="TrainingException">Training failed again and again; the last good state is saved.</exception>
    public void Train(IProgress<TrainingRecord> progress, CancellationToken stop)
    {
        var values = Config.Values;
        int threads = _device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads");
        using var live = Model.Bind(State.Parameters, _settings with { TapeBytes = _settings.TapeBytes / threads }); // each thread has a gradient of its own
        using var average = Model.Bind(State.Average, _settings with { Regularizers = [] });
        var likelihood = new NegativeLogLikelihood([.. SolveSettings.Penalties(values).Select(penalty => penalty.Weight)]);
        using var objective = new ShardedObjective(likelihood, threads, State.Parameters);
        using var batches = new BatchSource(_data, _random, (int)values.Integer("batch"), State.Parameters.DType, _device);
        var trainer = new Trainer(TrainerSettings.Read(values), live, objective, _random, batches.Next, Validation(average, threads));
        using var log = RunLog.OpenAfter(_folder, State.Iteration);
        var sinceSave = Stopwatch.StartNew();
        Save(log);
        try
        {
            trainer.Run(State, new Tee(this, log, progress), AfterIteration, stop);
        }
        finally
        {
            Save(log);
        }

        void AfterIteration(TrainingState state)
        {
            if (state.Iteration % values.Integer("validate-every") == 0 || sinceSave.Elapsed > _saveEvery)
            {
                Save(log);
                sinceSave.Restart();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
    }

    private Func<ValidationResult> Validation(SequentialFlow average, int threads)
    {
        var scorer = new LikelihoodScorer(average, new() { DType = State.Average.DType, Device = _device, Threads = threads }, _settings.Trace is ExactTrace);
        var rows = _data.Validation.AtMost(MostValidationRows);
        return () =>
        {
            var scores = scorer.Score(rows.Values, _random);
            var mean = MeanScore.Of(scores.LogDensity, rows.Groups);
            return new(-mean.Mean, mean.StandardError);
        };
    }

    private void Save(RunLog log)
    {
        log.Flush();
        StateStore.Write(_folder, State);
        SaveModelIfBetter();
    }

    private void SaveModelIfBetter()
    {
        if (State.BestValidation is not null && State.BestIteration != _savedBest)
        {
            ModelStore.Write(_folder, Model, State.Best, Config, State.BestIteration);
            _savedBest = State.BestIteration;
        }
    }

    /// <summary>Writes the log and tells the display.</summary>
    private sealed class Tee(TrainSession session, RunLog log, IProgress<TrainingRecord> display) : IProgress<TrainingRecord>
    {
        public void Report(TrainingRecord value)
        {
            session.LastProblem = value.Skipped ?? value.Notice ?? session.LastProblem;
            log.Add(value);
            display.Report(value);
        }
    }
}
