using System.Diagnostics;
using FlowOde.Cli.Verbs;
using Spectre.Console;

namespace FlowOde.Cli.Reporting;

/// <summary>Shows how far scores are: a line that changes on a terminal, a line every few seconds elsewhere. May be told from several threads.</summary>
internal sealed class ScoringDisplay : IProgress<double>
{
    private static readonly TimeSpan _lineEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _moveEvery = TimeSpan.FromSeconds(0.2);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private readonly Action<string> _say;
    private readonly TimeSpan _every;
    private readonly string _work;
    private readonly int _rows;
    private TimeSpan _shown;
    private double _done;

    /// <summary>Shows nothing yet.</summary>
    /// <param name="work">What is being done, as in "Scoring the test rows".</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="say">Shows a line.</param>
    /// <param name="every">The least time between two lines.</param>
    internal ScoringDisplay(string work, int rows, Action<string> say, TimeSpan every) => (_work, _rows, _say, _every) = (work, rows, say, every);

    /// <summary>Does some work while the display is on.</summary>
    /// <param name="output">Where to speak.</param>
    /// <param name="work">What is being done, as in "Scoring the test rows".</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="score">The work; tells the share of the rows that is done.</param>
    public static T Show<T>(Output output, string work, int rows, Func<IProgress<double>, T> score)
    {
        var console = Output.ConsoleOn(output.Error);
        if (output.Quiet || !console.Profile.Out.IsTerminal)
        {
            return score(new ScoringDisplay(work, rows, output.Notice, _lineEvery));
        }

        return console.Live(new Text("")).AutoClear(true).Start(context => score(new ScoringDisplay(work, rows, line => context.UpdateTarget(new Text(line)), _moveEvery)));
    }

    /// <inheritdoc/>
    public void Report(double value)
    {
        lock (_lock)
        {
            _done = Math.Max(_done, value);
            var now = _clock.Elapsed;
            if (now - _shown < _every || _done is 0 or 1)
            {
                return;
            }

            _shown = now;
            _say($"{_work}: {Math.Round(_done * _rows):N0} of {_rows:N0}, {now * ((1 - _done) / _done):h\\:mm\\:ss} left");
        }
    }
}
