using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Solvers.Measurement;
using static TorchSharp.torch;

namespace FlowOde.Cli.Verbs;

/// <summary><c>measure</c>, which help does not list: one measurement, in a process that makes no other. <c>memory</c> starts it for each point.</summary>
internal sealed class MeasureVerb : Verb
{
    /// <summary>What stands on standard error before the bytes that the process has when the measured gradient begins.</summary>
    public const string BaselineMark = "baseline bytes: ";

    private readonly Argument<string?> _job = new("JOB") { Arity = ArgumentArity.ZeroOrOne, Description = "what to measure, as JSON; without it a line of standard input, whose end then ends the process" };

    /// <summary>Lays out the arguments.</summary>
    public MeasureVerb() => Command = new("measure", "Measures one gradient; `flowode memory` starts it for each of its points.") { Hidden = true, Arguments = { _job } };

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode memory moons --adjoints direct --steps 10,20"];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        OfferToTheKernel();
        var job = MeasurementJob.Parse(parsed.GetValue(_job) ?? ReadAndFollow(Console.In));
        var device = TorchStart.Find(job.Values.Text("device"));
        using var noGradient = no_grad();
        using var gradient = job.Kind.Open(job, device);
        if (job.MakesReference)
        {
            ReferenceFile.Write(job.Reference!, gradient.ComputeReference());
            output.Out.WriteLine("{}");
            return ExitCode.Done;
        }

        bool isOnGpu = device.type == TorchSharp.DeviceType.CUDA;
        var measured = GradientMeter.Measure(gradient, TimeSpan.FromSeconds(job.RepeatSeconds), isOnGpu, bytes => output.Error.WriteLine(BaselineMark + bytes.ToString(CultureInfo.InvariantCulture)));
        output.Out.WriteLine(RunJson.Line(ToJson(measured, gradient.ParameterCount, job.Reference is { } reference ? ReferenceFile.RelativeError(reference, gradient.ToArray()) : null)));
        return ExitCode.Done;
    }

    private static JsonObject ToJson(GradientMeasurement measured, long parameters, double? error) => new()
    {
        ["peakBytes"] = measured.Resident.Above,
        ["baselineBytes"] = measured.Resident.Before,
        ["peakMethod"] = measured.Resident.Method,
        ["deviceBytes"] = measured.Device?.Above,
        ["parameters"] = parameters,
        ["managedBytes"] = measured.ManagedBytes,
        ["firstSeconds"] = Math.Round(measured.FirstSeconds, 6),
        ["seconds"] = measured.Seconds is { } seconds ? Math.Round(seconds, 6) : null,
        ["repetitions"] = measured.Repetitions,
        ["nfeForward"] = measured.Cost.Forward.Evaluations,
        ["nfeAgain"] = measured.Cost.Backward.Evaluations,
        ["nfeBackward"] = measured.Cost.Backward.Pullbacks,
        ["acceptedSteps"] = measured.Cost.Forward.AcceptedSteps,
        ["rejectedSteps"] = measured.Cost.Forward.RejectedSteps,
        ["drift"] = RunJson.Number(measured.Cost.Drift),
        ["gradientError"] = RunJson.Number(error),
    };

    /// <summary>Where memory runs out, Linux shall end this process and not the one that waits for it.</summary>
    private static void OfferToTheKernel()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                File.WriteAllText("/proc/self/oom_score_adj", "1000");
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Not every container may; the measurement is the same.
        }
    }

    /// <summary>The first line; when the rest ends, so did the process that asked, and nobody waits for the result.</summary>
    private static string ReadAndFollow(TextReader input)
    {
        string job = input.ReadLine() ?? "";
        new Thread(() =>
        {
            while (input.ReadLine() is not null)
            {
            }

            Environment.Exit(ExitCode.Interrupted);
        })
        { IsBackground = true, Name = "asker" }.Start();
        return job;
    }
}
