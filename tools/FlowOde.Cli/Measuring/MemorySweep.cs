using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Verbs;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Cli.Measuring;

/// <summary>Measures points one after another, each in a process of its own, and keeps what was measured whatever happens to the next.</summary>
/// <param name="folder">Where they are kept.</param>
/// <param name="options">How far a process may go.</param>
/// <param name="output">Where to speak.</param>
internal sealed class MemorySweep(SweepFolder folder, SweepOptions options, Output output)
{
    private const double Megabyte = 1 << 20;

    private readonly HashSet<string> _withoutReference = [];

    /// <summary>Measures what is not measured yet.</summary>
    /// <param name="points">The points; of one curve those of fewer steps first.</param>
    /// <param name="stop">Ends the present process and leaves the rest.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public void Run(IReadOnlyList<MeasurementPoint> points, CancellationToken stop)
    {
        int known = points.Count(IsKnown), number = 0;
        if (known > 0)
        {
            output.Notice($"{known} of {points.Count} points were measured before, in {folder.Path}.");
        }

        foreach (var point in points)
        {
            number++;
            if (IsKnown(point))
            {
                continue;
            }

            if (Smaller(point, points) is { } smaller)
            {
                output.Notice($"[{number}/{points.Count}] {point}: not run, as {Quantity.Of(smaller.Steps, "step")} had more memory than allowed already.");
                continue;
            }

            var measured = Measure(point, stop);
            folder.Add(measured.Json);
            output.Notice($"[{number}/{points.Count}] {point}: {Said(measured)}");
        }
    }

    /// <summary>Whether a point need not be measured: it was, or failed at a limit that has not been raised since.</summary>
    private bool IsKnown(MeasurementPoint point) => folder.Find(point.Key) is { } json && new SweepPoint(json) is var old
        && (old.IsFinished || (old.Status == SweepPoint.OverMemory && old.Limit >= options.MemoryLimit) || (old.Status == SweepPoint.OverTime && old.SecondsLimit >= options.TimeLimit.TotalSeconds));

    /// <summary>A point of the same curve with fewer steps that had more memory than allowed; more steps need no less.</summary>
    private MeasurementPoint? Smaller(MeasurementPoint point, IReadOnlyList<MeasurementPoint> points) => points.FirstOrDefault(other =>
        other.Steps < point.Steps && other.Subject == point.Subject && other.Method == point.Method && other.Solver == point.Solver && other.Batch == point.Batch && other.Hidden.SequenceEqual(point.Hidden)
        && folder.Find(other.Key) is { } json && new SweepPoint(json) is { Status: SweepPoint.OverMemory } old && old.Limit >= options.MemoryLimit);

    private SweepPoint Measure(MeasurementPoint point, CancellationToken stop)
    {
        string reference = Path.GetFullPath(folder.File($"references/{point.GradientKey}.f64"));
        MakeReference(point, reference, stop);
        var json = point.ToJson();
        foreach (var (name, value) in Judge(Run(MeasurementJob.Of(point, reference) with { RepeatSeconds = options.RepeatSeconds }, stop)))
        {
            json[name] = value?.DeepClone();
        }

        return new(json);
    }

    /// <summary>The exact gradient is made by a process of its own, so that what it needs ends no measurement.</summary>
    private void MakeReference(MeasurementPoint point, string path, CancellationToken stop)
    {
        if (File.Exists(path) || _withoutReference.Contains(path))
        {
            return;
        }

        var outcome = Run(MeasurementJob.Of(point, path) with { MakesReference = true }, stop);
        if (!File.Exists(path))
        {
            _withoutReference.Add(path);
            var judged = Judge(outcome);
            output.Notice($"No exact gradient of {point.Subject.Network ?? point.Solver}, {Quantity.Of(point.Steps, "step")} to compare with: {Said(new(judged))}");
        }
    }

    private ProcessOutcome Run(MeasurementJob job, CancellationToken stop)
    {
        try
        {
            return ChildCommand.Of("measure", job.ToLine(), options.MemoryLimit, options.TimeLimit).Run(stop);
        }
        catch (Win32Exception problem)
        {
            throw new IOException($"No measuring process can be started: {problem.Message}", problem);
        }
    }

    private JsonObject Judge(ProcessOutcome outcome)
    {
        string? mark = outcome.ErrorLines.LastOrDefault(line => line.StartsWith(MeasureVerb.BaselineMark, StringComparison.Ordinal));
        long? baseline = mark is null ? null : long.Parse(mark.AsSpan(MeasureVerb.BaselineMark.Length), CultureInfo.InvariantCulture);
        string? lastLine = outcome.ErrorLines.LastOrDefault(line => line != mark && !line.StartsWith("   at ", StringComparison.Ordinal)); // of a trace the message, not a place
        switch (outcome.End)
        {
            case ProcessEnd.OverMemory:
                return new()
                {
                    ["status"] = SweepPoint.OverMemory,
                    ["limitBytes"] = options.MemoryLimit,
                    ["residentBytes"] = outcome.LargestResident,
                    ["baselineBytes"] = baseline,
                    ["peakBytes"] = baseline is { } before ? outcome.LargestResident - before : null,
                };
            case ProcessEnd.OverTime:
                return new() { ["status"] = SweepPoint.OverTime, ["limitSeconds"] = options.TimeLimit.TotalSeconds, ["residentBytes"] = outcome.LargestResident, ["baselineBytes"] = baseline };
        }

        try
        {
            if (outcome.ExitCode == 0 && JsonNode.Parse(outcome.Output) is JsonObject result)
            {
                result.Insert(0, "status", SweepPoint.Finished);
                return result;
            }
        }
        catch (JsonException)
        {
            lastLine ??= "it said nothing that could be read";
        }

        return new() { ["status"] = SweepPoint.Failed, ["exitCode"] = outcome.ExitCode, ["message"] = lastLine ?? Signal(outcome.ExitCode), ["residentBytes"] = outcome.LargestResident, ["baselineBytes"] = baseline };
    }

    private static string Signal(int code) => code switch
    {
        137 => "ended by signal 9 (kill), as the system does where memory runs out",
        > 128 => $"ended by signal {code - 128}",
        _ => $"ended with code {code}",
    };

    private static string Said(SweepPoint point) => point.Status switch
    {
        SweepPoint.Finished => $"{point.Peak / Megabyte:F1} MB, {point.Number("seconds") ?? point.Number("firstSeconds"):G3} s, NFE {point.Number("nfeForward")} + {point.Number("nfeAgain")} again, {point.Number("nfeBackward")} back",
        SweepPoint.OverMemory => $"over the limit of {point.Limit / Megabyte:F0} MB with {point.Number("residentBytes") / Megabyte:F0} MB resident",
        SweepPoint.OverTime => $"not done after {point.SecondsLimit:G4} s",
        _ => $"failed: {point.Json["message"]!.GetValue<string>()}",
    };
}
