using System.Diagnostics;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using static TorchSharp.torch;

namespace FlowOde.Cli.Classifying;

/// <summary>One run of training a classifier between its folder and the trainer.</summary>
internal sealed class ClassifierSession : IDisposable
{
    private static readonly TimeSpan _saveEvery = TimeSpan.FromSeconds(15);

    private readonly RunFolder _folder;
    private readonly ClassifierData _data;
    private readonly Device _device;
    private readonly RandomSource _random;
    private readonly ClassifierSolve _solve;
    private readonly HamiltonianAscent? _control;
    private readonly DivergenceWatch _watch = new();
    private long _savedBest = -1;

    /// <summary>Makes classifier and state; nothing is written yet.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The data.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="ArgumentException">The configuration does not fit together.</exception>
    public ClassifierSession(RunFolder folder, RunConfig config, ClassifierData data, Device device)
    {
        (_folder, Config, _data, _device) = (folder, config, data, device);
        var values = config.Values;
        _random = new RandomSource((ulong)values.Integer("seed"));
        _solve = ClassifierSettings.Solve(values);
        Model = new(ClassifierSettings.Read(values, data.Rows.Dimension, data.Rows.Image, data.Classes.Count), data.Mean, data.Scale);
        var parameters = Model.CreateParameters(_random, SolveSettings.DType(values), device);
        if (values.Has("k"))
        {
            Model.SetCoefficients(values.Number("k"), parameters);
        }

        _control = ClassifierSettings.Control(values) is { } climbing ? new(Model, parameters, climbing) : null;
        State = new TrainingState(parameters, ClassifierSettings.Optimizer(values), TrainerSettings.Plan(values));
    }

    /// <summary>The configuration.</summary>
    public RunConfig Config { get; }

    /// <summary>The classifier.</summary>
    public OdeClassifier Model { get; }

    /// <summary>The state.</summary>
    public TrainingState State { get; }

    /// <summary>The most memory the process has had, in bytes.</summary>
    public long PeakMemory { get; private set; }

    /// <summary>Why the last skipped iteration was skipped or the last validation failed, or null.</summary>
    public string? LastProblem { get; private set; }

    /// <summary>Goes back to where the run was saved.</summary>
    public void Resume()
    {
        if (File.Exists(_folder.State))
        {
            StateStore.Read(_folder, State);
            foreach (var record in RunLog.Read(_folder).TakeWhile(record => record["iteration"]?.GetValue<long>() <= State.Iteration))
            {
                _watch.Look(record["loss"]?.GetValue<double>() ?? double.NaN);
            }

            SaveModelIfBetter();
        }
    }

    /// <summary>Says by name what is doubtful about the parameters before training goes on.</summary>
    public void Warn(Action<string> notice)
    {
        if (Model.Warning(State.Parameters) is { } warning)
        {
            notice($"Warning: {warning}");
        }
    }

    /// <summary>Trains until the plan is fulfilled or a stop is asked for; the folder holds the state whenever this returns or throws.</summary>
    /// <param name="progress">Is told of every iteration.</param>
    /// <param name="notice">Is told once where the loss grows far beyond where it began.</param>
    /// <param name="stop">Asks for a stop.</param>
    /// <exception cref="TrainingException">Training failed again and again; the last good state is saved.</exception>
    public void Train(IProgress<TrainingRecord> progress, Action<string> notice, CancellationToken stop)
    {
        var values = Config.Values;
        int threads = _device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads");
        var live = Model.Bind(State.Parameters, _solve with { TapeBytes = _solve.TapeBytes / threads }, isTrained: true);
        using var objective = new CrossEntropy(live, threads, State.Parameters);
        using var batches = new BatchSource(_data.Rows, _random, (int)values.Integer("batch"), _data.Classes.Count, State.Parameters.DType, _device);
        using var scorer = new ClassifierScorer(Model.Bind(State.Average, _solve, isTrained: false), _data.Classes.Count, threads, State.Parameters.DType, _device);
        var held = _data.Rows.Validation.AtMost((int)values.Integer("validation-rows"));
        var trainer = new Trainer(TrainerSettings.Read(values), (batch, _, into) => _control?.Evaluate(batch, into) ?? objective.Evaluate(batch, into), _random, batches.Next, () => scorer.Score(held, stop).Validation);
        using var log = RunLog.OpenAfter(_folder, State.Iteration);
        var sinceSave = Stopwatch.StartNew();
        Save(log);
        try
        {
            trainer.Run(State, new Tee(this, log, progress, notice), AfterIteration, stop);
        }
        finally
        {
            Save(log);
        }

        void AfterIteration(TrainingState state)
        {
            if (sinceSave.Elapsed > _saveEvery)
            {
                Save(log);
                sinceSave.Restart();
            }
        }
    }

    /// <summary>The best classifier so far, for scores; belongs to the caller.</summary>
    /// <param name="stop">Asks for an early end, also within a solve.</param>
    public ClassifierScorer CreateScorer(CancellationToken stop) =>
        new(Model.Bind(State.Best, _solve with { Limits = _solve.Limits with { Stop = stop } }, isTrained: false), _data.Classes.Count, _device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)Config.Values.Integer("threads"), State.Parameters.DType, _device);

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        Model.Dispose();
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
            ClassifierStore.Write(_folder, Model, State.Best, Config, State.BestIteration);
            _savedBest = State.BestIteration;
        }
    }

    /// <summary>Writes the log and tells the display.</summary>
    private sealed class Tee(ClassifierSession session, RunLog log, IProgress<TrainingRecord> display, Action<string> notice) : IProgress<TrainingRecord>
    {
        public void Report(TrainingRecord value)
        {
            if (session._watch.Look(value.Loss) is { } grown)
            {
                string warning = $"Warning: by iteration {value.Iteration} the loss has grown from {grown.Start:G3} to {grown.Now:G3}: {Cause()}";
                value = value with { Notice = value.Notice ?? warning };
                notice(warning);
            }

            session.LastProblem = value.Skipped ?? value.Notice ?? session.LastProblem;
            session.PeakMemory = Math.Max(session.PeakMemory, value.PeakMemory);
            log.Add(value);
            display.Report(value);
        }

        private string Cause() => session.Config.Values.Text("optimizer") switch
        {
            ClassifierCatalog.Msa => $"successive approximations diverge. Take --optimizer {ClassifierCatalog.ExtendedMsa}, which holds states where they were, or lower --ascent-rate or --lr.",
            ClassifierCatalog.ExtendedMsa => "successive approximations diverge. Raise --penalty, or lower --ascent-rate or --lr.",
            _ => "training diverges. Lower --lr.",
        };
    }
}
