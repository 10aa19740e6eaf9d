using System.Text;
using System.Text.Json.Nodes;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;
using Spectre.Console;

namespace FlowOde.Cli.Measuring;

/// <summary>What a sweep has found: tables, JSON, CSV and pictures, made from the points in its folder.</summary>
internal sealed class MemoryReport
{
    private const double Megabyte = 1 << 20;

    private static readonly string[] _columns =
    [
        "network", "adjoint", "solver", "steps", "batch", "hidden", "budget", "dtype", "threads", "status", "peakBytes", "baselineBytes", "deviceBytes", "parameters", "managedBytes", "firstSeconds", "seconds",
        "repetitions", "nfeForward", "nfeAgain", "nfeBackward", "acceptedSteps", "rejectedSteps", "drift", "gradientError", "limitBytes", "limitSeconds", "residentBytes", "exitCode", "message",
    ];

    private readonly MeasurementSubject _subject;
    private readonly SettingValues _settings;
    private readonly SweepFolder _folder;
    private readonly IReadOnlyList<SweepPoint> _points;
    private readonly IReadOnlyList<MemoryPanel> _panels;

    /// <summary>Collects the points that belong together.</summary>
    /// <param name="asked">The points that were asked for; earlier ones of the same model, or of classifiers with the same data and blocks, are shown with them.</param>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="notice">Is told of points that are not shown.</param>
    public MemoryReport(IReadOnlyList<MeasurementPoint> asked, SweepFolder folder, Action<string> notice)
    {
        (_subject, _folder) = (asked[0].Subject, folder);
        var all = asked.Select(point => point.Subject.Values).Distinct().ToArray();
        _settings = SettingValues.Merge(all[0].ToLayer([.. all[0].All.Keys.Where(name => all.Any(other => !other.List(name).SequenceEqual(all[0].List(name))))]));
        var measured = folder.Points.Select(json => new SweepPoint(json)).ToList();
        _points = [.. measured.Where(point => point.Group == asked[0].Group)];
        _panels = MemoryPanel.Of(_points);
        if (measured.Count > _points.Count)
        {
            notice($"{measured.Count - _points.Count} points in {folder.Path} are of another model, seed, precision or trace; they are kept, but not shown with these.");
        }
    }

    /// <summary>Whether any point was measured.</summary>
    public bool HasResults => _points.Any(point => point.IsFinished);

    /// <summary>Writes memory.json, memory.csv and the pictures.</summary>
    public void Write()
    {
        if (HasResults)
        {
            var figure = MemoryPicture.Draw(_subject, _panels);
            FigureFile.Write(_folder.File("memory.png"), figure);
            FigureFile.Write(_folder.File("memory.svg"), figure);
        }

        AtomicFile.WriteText(_folder.File("memory.csv"), Csv());
        AtomicFile.WriteText(_folder.File("memory.json"), RunJson.Text(ToJson()));
    }

    /// <summary>The whole as an object.</summary>
    public JsonObject ToJson() => new()
    {
        ["program"] = $"flowode {RunConfig.ProgramVersion}",
        ["folder"] = _folder.Path,
        ["run"] = _subject.Run,
        ["data"] = _subject.Data.Name,
        ["digest"] = _subject.Digest,
        ["dimension"] = _subject.Data.Dimension,
        ["settings"] = ConfigFile.Write(_settings),
        ["system"] = $"{System.Runtime.InteropServices.RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors",
        ["curves"] = new JsonArray([.. from panel in _panels from curve in panel.Curves select ToJson(panel, curve)]),
        ["points"] = new JsonArray([.. _points.Select(point => point.Json.DeepClone())]),
        ["pictures"] = HasResults ? new JsonArray(_folder.File("memory.png"), _folder.File("memory.svg")) : new JsonArray(),
    };

    /// <summary>Prints a table for each solver and size.</summary>
    public void WriteTables(Output output)
    {
        foreach (var panel in _panels)
        {
            WriteTable(panel, output);
        }

        output.Out.WriteLine("MB are 2^20 bytes of resident memory above what the process had before its first gradient. Time, evaluations (forward, forward again,");
        output.Out.WriteLine("backward), error (relative, against the exact gradient in float64) and drift of rebuilt states are those of the most steps measured.");
        if (_subject.Network is not null)
        {
            output.Out.WriteLine("Networks that do not choose their steps have as many as the depth. Parameters and their gradient have their memory before: what grows with depth are activations.");
        }

        foreach (string name in HasResults ? new[] { "memory.json", "memory.csv", "memory.png", "memory.svg" } : ["memory.json", "memory.csv"])
        {
            output.Out.WriteLine($"Written: {_folder.File(name)}");
        }
    }

    private static void WriteTable(MemoryPanel panel, Output output)
    {
        var steps = panel.Steps;
        bool isOfNetworks = panel.Solver is null;
        output.Out.WriteLine($"{panel.Heading}: peak memory in MB by the number of steps{(isOfNetworks ? ", or depth" : "")}");
        var table = Output.NewTable([(isOfNetworks ? "network, adjoint" : "adjoint", false), .. steps.Select(count => ($"{count}", true)), ("last/first", true), ("growth", false), ("theory", false), ("s", true), ("NFE f/again/b", true), ("error", true), ("drift", true)]);
        foreach (var curve in panel.Curves)
        {
            var last = curve.Finished.LastOrDefault();
            string[] cells =
            [
                curve.Label, .. steps.Select(count => Cell(curve, count)), curve.Ratio is { } ratio ? $"{ratio:F2}" : "–", curve.Growth, $"{curve.Theory}",
                last is null ? "–" : $"{last.Number("seconds") ?? last.Number("firstSeconds"):G3}",
                last is null ? "–" : $"{last.Number("nfeForward")}/{last.Number("nfeAgain")}/{last.Number("nfeBackward")}",
                last?.Number("gradientError") is { } error ? $"{error:E1}" : "–",
                last?.Number("drift") is { } drift and > 0 ? $"{drift:E1}" : "–",
            ];
            table.AddRow([.. cells.Select(cell => new Text(cell))]);
        }

        output.WriteTable(table);
    }

    private static string Cell(MemoryCurve curve, int steps)
    {
        var point = curve.Points.FirstOrDefault(candidate => candidate.Steps == steps);
        return point?.Status switch
        {
            SweepPoint.Finished => point.Peak / Megabyte is var peak && peak < 99.95 ? $"{peak:F1}" : $"{peak:F0}",
            SweepPoint.OverMemory => point.Peak is { } had ? $">{had / Megabyte:F0}" : ">limit",
            SweepPoint.OverTime => "too long",
            SweepPoint.Failed => "failed",
            _ => curve.Points.Any(other => other.Status == SweepPoint.OverMemory && other.Steps < steps) ? ">limit" : "–",
        };
    }

    private static JsonObject ToJson(MemoryPanel panel, MemoryCurve curve) => new()
    {
        ["network"] = curve.Points[0].Network,
        ["adjoint"] = curve.Points[0].Method,
        ["budget"] = curve.Points[0].Budget,
        ["solver"] = curve.Points[0].Solver,
        ["batch"] = panel.Batch,
        ["hidden"] = curve.Points[0].Json["hidden"]!.DeepClone(),
        ["exponent"] = RunJson.Number(curve.Law?.Exponent),
        ["exponentError"] = RunJson.Number(curve.Law?.ExponentError),
        ["floorBytes"] = RunJson.Number(curve.Law?.Floor),
        ["scaleBytes"] = RunJson.Number(curve.Law?.Scale),
        ["lastToFirst"] = RunJson.Number(curve.Ratio),
        ["theory"] = curve.Theory?.ToString(),
        ["theoryExponent"] = curve.Theory is { IsBudgeted: false } theory ? theory.Exponent : null,
    };

    private string Csv()
    {
        var text = new StringBuilder(string.Join(',', _columns));
        foreach (var point in _points)
        {
            text.Append('\n').AppendJoin(',', _columns.Select(name => CsvText.Quoted(name == "hidden" ? point.Hidden.Replace(',', ' ') : $"{point.Json[name]}")));
        }

        return text.ToString();
    }
}
