using System.Diagnostics;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>One run of training between its folder and the trainer: what is made from the configuration, and what is saved when.</summary>
internal sealed class TrainSession : IDisposable
{
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
    /// <param name="from">The run whose model is trained on, or null for a fresh one.</param>
    /// <exception cref="ArgumentException">The configuration does not fit together.</exception>
    public TrainSession(RunFolder folder, RunConfig config, TrainingData data, Device device, RunFolder? from = null)
    {
        (_folder, Config, _data, _device) = (folder, config, data, device);
        var values = config.Values;
        _settings = SolveSettings.ForTraining(values);
        _random = new RandomSource((ulong)values.Integer("seed"));
        var begin = InitialModel.Make(from, values, data, SolveSettings.DType(values), device);
        Model = begin.Model;
        State = new TrainingState(begin.Parameters, TrainerSettings.Adam(values), TrainerSettings.Plan(values), begin.Statistics);
    }

    /// <summary>The configuration.</summary>
    public RunConfig Config { get; }

    /// <summary>The model.</summary>
    public FlowModel Model { get; }

    /// <summary>The state.</summary>
    public TrainingState State { get; }

    /// <summary>The best model so far.</summary>
    public TrainedModel Best => new(Model, State.Best, State.BestStatistics);

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
    /// <param name="preview">Is given the averaged model after each validation, with the iteration.</param>
    /// <param name="stop">Asks for a stop.</param>
    /// <exception cref="TrainingException">Training failed again and again; the last good state is saved.</exception>
    public void Train(IProgress<TrainingRecord> progress, Action<TrainedModel, long> preview, CancellationToken stop)
    {
        var values = Config.Values;
        int threads = _device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads");
        using var live = Model.Bind(State.Parameters, _settings with { TapeBytes = _settings.TapeBytes / threads }, statistics: State.Statistics); // each thread has a gradient of its own
        using var average = Model.Bind(State.Average, SolveSettings.ForValidation(values), statistics: State.Statistics);
        using var objective = ObjectiveSettings.Create(values, Model, threads, State.Parameters);
        using var batches = new BatchSource(_data, _random, (int)values.Integer("batch"), Model.Options.ContextDimension, State.Parameters.DType, _device);
        using var validation = new Validation(_data.Validation.AtMost((int)values.Integer("validation-rows")), Model, average, objective, values, _random);
        var trainer = new Trainer(TrainerSettings.Read(values), live, objective, _random, batches.Next, validation.Score);
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
            bool isValidated = state.Iteration % values.Integer("validate-every") == 0;
            if (isValidated || sinceSave.Elapsed > _saveEvery)
            {
                Save(log);
                sinceSave.Restart();
            }

            if (isValidated)
            {
                preview(new(Model, state.Average, state.Statistics), state.Iteration);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
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
            ModelStore.Write(_folder, Best, Config, State.BestIteration);
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
