using System.Diagnostics;
using FlowOde.Cli.Verbs;
using FlowOde.Flows.Training;
using Spectre.Console;
using Spectre.Console.Rendering;
using ValidationResult = FlowOde.Flows.Training.ValidationResult;

namespace FlowOde.Cli.Reporting;

/// <summary>Shows how training goes: a table that moves on a terminal, a line every few seconds elsewhere.</summary>
/// <param name="output">Where to speak.</param>
/// <param name="secondsLimit">Seconds of training in all, where time decides.</param>
/// <param name="unit">In what losses and validations are shown.</param>
internal sealed class ProgressDisplay(Output output, double? secondsLimit, ScoreUnit unit) : IProgress<TrainingRecord>
{
    private static readonly TimeSpan _lineEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _tableEvery = TimeSpan.FromSeconds(0.2);
    private const double Smoothing = 0.98;
    private const long UnknownTotal = 10_000_000;

    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private LiveDisplayContext? _live;
    private ValidationResult? _validation;
    private ValidationResult? _best;
    private readonly FadingMean _loss = new(Smoothing);
    private (double Seconds, long Iteration)? _start;

    /// <summary>Does some work while the display is on.</summary>
    public void Show(Action work)
    {
        var console = Output.ConsoleOn(output.Error);
        if (output.Quiet || !console.Profile.Out.IsTerminal)
        {
            work();
            return;
        }

        console.Live(new Text("")).Start(context =>
        {
            _live = context;
            work();
            _live = null;
        });
    }

    /// <inheritdoc/>
    public void Report(TrainingRecord value)
    {
        _start ??= (value.Seconds, value.Iteration);
        _validation = value.Validation ?? _validation;
        _best = value.IsBest ? value.Validation : _best;
        if (!double.IsNaN(value.Loss))
        {
            _loss.Add(value.Loss);
        }

        if (value.Skipped is not null && output.Verbose)
        {
            output.Notice($"Iteration {value.Iteration} skipped: {value.Skipped}");
        }

        bool isLast = value.Iteration == value.Total;
        if (output.Quiet || (_sinceShown.Elapsed < (_live is null ? _lineEvery : _tableEvery) && !isLast))
        {
            return;
        }

        _sinceShown.Restart();
        if (_live is { } live)
        {
            live.UpdateTarget(Table(value));
        }
        else
        {
            output.Notice(Line(value));
        }
    }

    private string Line(TrainingRecord record) =>
        $"{Count(record)}  loss {_loss.Value * unit.Factor:F4}  validation {Validation}  NFE {record.NfeForward}/{record.NfeBackward}  {Rate(record):F1} it/s  {Left(record)}";

    private Table Table(TrainingRecord record)
    {
        var table = Output.NewTable(("iteration", true), ("loss", true), ("validation", true), ("best", true), ("NFE f/b", true), ("it/s", true), ("left", true)).Border(TableBorder.Simple);
        IRenderable[] cells = [.. new[]
        {
            Count(record), $"{_loss.Value * unit.Factor:F4}", Validation, _best is { } best ? $"{best.Score * unit.Factor:F4}" : "–",
            $"{record.NfeForward}/{record.NfeBackward}", $"{Rate(record):F1}", Left(record),
        }.Select(cell => new Text(cell))];
        return table.AddRow(cells);
    }

    private string Validation => _validation is { } score ? $"{score.Score * unit.Factor:F4} ± {score.StandardError * unit.Factor:F4}" : "–";

    private static string Count(TrainingRecord record) => record.Total > UnknownTotal ? $"{record.Iteration}" : $"{record.Iteration}/{record.Total}";

    private double Rate(TrainingRecord record) =>
        _start is { } start && record.Seconds > start.Seconds ? (record.Iteration - start.Iteration) / (record.Seconds - start.Seconds) : 0;

    private string Left(TrainingRecord record)
    {
        double rate = Rate(record);
        double? seconds = record.Total <= UnknownTotal && rate > 0 ? (record.Total - record.Iteration) / rate : secondsLimit - record.Seconds;
        return seconds is { } left && double.IsFinite(left) ? $"{TimeSpan.FromSeconds(Math.Max(0, left)):h\\:mm\\:ss} left" : "";
    }
}
