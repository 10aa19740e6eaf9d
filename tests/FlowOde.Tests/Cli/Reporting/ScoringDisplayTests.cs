using FlowOde.Cli.Reporting;
using FlowOde.Cli.Verbs;

namespace FlowOde.Tests.Cli.Reporting;

public sealed class ScoringDisplayTests
{
    [Fact]
    public void Report_SaysHowManyRowsAreDone_AndNeverGoesBack()
    {
        var lines = new List<string>();
        var display = new ScoringDisplay("Scoring the test rows", 4000, lines.Add, TimeSpan.Zero);
        foreach (double share in (double[])[0.25, 0.1, 0.5, 1])
        {
            display.Report(share);
        }

        Assert.Equal(["Scoring the test rows: 1,000 of 4,000", "Scoring the test rows: 1,000 of 4,000", "Scoring the test rows: 2,000 of 4,000"], lines.Select(line => line.Split(", 0:")[0]));
        Assert.All(lines, line => Assert.EndsWith(" left", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Report_OfQuickWork_SaysNothing()
    {
        using var error = new StringWriter();
        int result = ScoringDisplay.Show(new Output(TextWriter.Null, error, Json: false, Quiet: false, Verbose: false), "Scoring", 10, progress =>
        {
            progress.Report(0.5);
            return 7;
        });
        Assert.Equal((7, ""), (result, error.ToString()));
    }
}
