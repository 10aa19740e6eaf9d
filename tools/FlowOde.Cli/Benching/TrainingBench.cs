using System.Diagnostics;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Flows.Training.Schedules;
using FlowOde.Solvers.Measurement;
using static TorchSharp.torch;

namespace FlowOde.Cli.Benching;

/// <summary>
/// Makes training steps as <c>train</c> does, with the learning rate so small that the model stays what it is, and measures their parts.
/// </summary>
internal static class TrainingBench
{
    private const int WarmUpSteps = 5;
    private const double WarmUpSeconds = 1.5; // the compiler works beside the first steps, and again once it knows which code matters
    private const int FewestSteps = 5;
    private const double RestingRate = 1e-30;

    /// <summary>Measures training steps.</summary>
    /// <param name="subject">The model, its data and settings.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="time">How long to measure; at least five steps are made.</param>
    /// <exception cref="TrainingException">No step can be made.</exception>
    public static BenchResult Run(MeasurementSubject subject, Device device, TimeSpan time)
    {
        bool isOnGpu = device.type == TorchSharp.DeviceType.CUDA;
        Action settle = isOnGpu ? () => cuda.synchronize() : () => { };
        var values = subject.Values;
        int threads = isOnGpu ? 1 : (int)values.Integer("threads");
        double limit = MachineLimit.Gigaflops(threads, device, settle);
        using var noGradient = no_grad();
        var random = new RandomSource((ulong)values.Integer("seed"));
        var dtype = SolveSettings.DType(values);
        var begin = InitialModel.Make(subject.Run is { } run ? RunFolder.Open(run) : null, values, subject.Data, dtype, device);
        using var state = new TrainingState(begin.Parameters, new AdamOptions(), IterationPlan.Fixed(long.MaxValue), begin.Statistics);
        var settings = SolveSettings.ForTraining(values);
        var network = new NetworkMeters(settle);
        var (gradient, data) = (new Meter(settle), new Meter(settle));
        using var flow = begin.Model.Bind(state.Parameters, settings with { TapeBytes = settings.TapeBytes / threads }, inner => new MeteredNetwork(inner, network), state.Statistics);
        using var whole = ObjectiveSettings.Create(values, begin.Model, threads, state.Parameters);
        var objective = new MeteredObjective(whole, gradient);
        using var batches = new BatchSource(subject.Data, random, (int)values.Integer("batch"), begin.Model.Options.ContextDimension, dtype, device);
        var options = TrainerSettings.Read(values) with { Schedule = new ConstantRate { BaseRate = RestingRate }, Patience = 0, SecondsLimit = null, ValidateEvery = long.MaxValue };
        var steps = new List<double>();
        long start = 0, bytesBefore = 0;
        var clock = new Stopwatch();
        using var stop = new CancellationTokenSource();
        var trainer = new Trainer(options, flow, objective, random, Batch, () => new(double.NaN, double.NaN));
        trainer.Run(state, new Watch(), AfterIteration, stop.Token);
        double managed = (double)(GC.GetTotalAllocatedBytes(precise: true) - bytesBefore) / steps.Count;
        return new()
        {
            Subject = subject,
            Device = device.type,
            Threads = threads,
            ParameterCount = state.Parameters.Layout.Segments.Sum(segment => segment.Length),
            GigaflopsLimit = limit,
            StepMilliseconds = steps,
            Results = objective.Results,
            Network = network,
            Gradient = gradient,
            Data = data,
            ManagedBytes = managed,
            PeakBytes = ResidentMemory.Peak(),
        };

        TrainingBatch Batch(long step)
        {
            start = Stopwatch.GetTimestamp();
            TrainingBatch? batch = null;
            data.Measure(number => batch = batches.Next(number), step);
            return batch!;
        }

        void AfterIteration(TrainingState after)
        {
            settle();
            if (clock.IsRunning)
            {
                steps.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (steps.Count >= FewestSteps && clock.Elapsed > time)
                {
                    stop.Cancel();
                }
            }
            else if (after.Iteration >= WarmUpSteps && after.Seconds > WarmUpSeconds)
            {
                foreach (var meter in network.All.Select(entry => entry.Meter).Concat([gradient, data]))
                {
                    meter.Reset();
                }

                objective.Results.Clear();
                bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
                clock.Start();
            }
        }
    }

    /// <summary>Ends the measurement at the first step that fails: its time would say nothing.</summary>
    private sealed class Watch : IProgress<TrainingRecord>
    {
        public void Report(TrainingRecord value)
        {
            if (value.Skipped is { } reason)
            {
                throw new TrainingException($"A training step of this configuration fails: {reason}");
            }
        }
    }
}
