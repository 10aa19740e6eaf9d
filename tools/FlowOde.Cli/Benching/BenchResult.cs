using FlowOde.Cli.Measuring;
using FlowOde.Flows.Objectives;
using TorchSharp;

namespace FlowOde.Cli.Benching;

/// <summary>What was measured of training steps.</summary>
internal sealed record BenchResult
{
    /// <summary>The model, its data and settings.</summary>
    public required MeasurementSubject Subject { get; init; }

    /// <summary>Where it computed.</summary>
    public required DeviceType Device { get; init; }

    /// <summary>Threads over rows.</summary>
    public required int Threads { get; init; }

    /// <summary>Number of parameters.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>10^9 float32 operations in a second that this machine reaches with as many threads.</summary>
    public required double GigaflopsLimit { get; init; }

    /// <summary>Milliseconds of each step.</summary>
    public required IReadOnlyList<double> StepMilliseconds { get; init; }

    /// <summary>What each step's objective gave.</summary>
    public required IReadOnlyList<ObjectiveResult> Results { get; init; }

    /// <summary>The network's work.</summary>
    public required NetworkMeters Network { get; init; }

    /// <summary>Loss and gradient.</summary>
    public required Meter Gradient { get; init; }

    /// <summary>Waiting for the batch.</summary>
    public required Meter Data { get; init; }

    /// <summary>Managed bytes that a step allocates.</summary>
    public required double ManagedBytes { get; init; }

    /// <summary>The process's peak of resident memory.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>The median of the steps' times.</summary>
    public double MedianMilliseconds => StepMilliseconds.Order().ElementAt(StepMilliseconds.Count / 2);

    /// <summary>Steps of the solver that a training step tries, forward.</summary>
    public double TriedSteps => Results.Average(result => result.Forward.AcceptedSteps + result.Forward.RejectedSteps);

    /// <summary>Milliseconds of a training step's network calls, as time passes for all threads together.</summary>
    public double NetworkMilliseconds => Network.Milliseconds / Threads / StepMilliseconds.Count;

    /// <summary>Milliseconds of a training step's loss and gradient beside the network: solver, gradient method, objective, and threads that wait for each other.</summary>
    public double SolverMilliseconds => (Gradient.Milliseconds / StepMilliseconds.Count) - NetworkMilliseconds;

    /// <summary>Milliseconds of a training step's wait for its batch.</summary>
    public double DataMilliseconds => Data.Milliseconds / StepMilliseconds.Count;

    /// <summary>Milliseconds of the rest: clipping, Adam, averages.</summary>
    public double OptimizerMilliseconds => StepMilliseconds.Average() - (Gradient.Milliseconds / StepMilliseconds.Count) - DataMilliseconds;
}
