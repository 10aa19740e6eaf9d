using FlowOde.Data.Readers;

namespace FlowOde.Tests.Cli.Verbs;

/// <summary>Scores are those of the rows, whatever the order of columns, and inputs that do not fit are refused.</summary>
[Collection(TrainedRunsGroup.Name)]
public class ScoreTests(TrainedRuns runs)
{
    [Fact]
    public void Score_ToAFile_HoldsEachRowWhoseMeanIsPrinted()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("score", runs.Table, runs.TableFile, "--out", folder.File("s.csv"), "--json");
        Assert.True(result.Code == 0, result.Error);
        var table = TableReaders.ReadFile(folder.File("s.csv"), new());
        Assert.Equal((120, "log_density,standard_error"), (table.RowCount, string.Join(',', table.Columns)));
        Assert.Equal(-result.Number("nll", "mean"), Enumerable.Range(0, 120).Average(row => table.Row(row)[0]), 1e-12);
        Assert.All(Enumerable.Range(0, 120), row => Assert.Equal(0, table.Row(row)[1]));
    }

    [Fact]
    public void Score_WithColumnsInAnotherOrder_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        string[][] cells = [.. File.ReadLines(runs.TableFile).Select(line => line.Split(','))];
        string swapped = folder.Write("swapped.csv", string.Join('\n', cells.Select(row => $"{row[2]},{row[0]},{row[1]}")));
        string nameless = folder.Write("nameless.csv", string.Join('\n', cells.Skip(1).Select(row => string.Join(',', row))));
        double expected = Mean(runs.TableFile);
        Assert.Equal(expected, Mean(swapped), 1e-12);
        Assert.Equal(expected, Mean(nameless), 1e-12);
    }

    [Fact]
    public void Score_WithProbes_AgreesWithTheExactTraceWithinItsError()
    {
        var result = FlowodeCommand.Run("score", runs.Table, runs.TableFile, "--probes", "64", "--json");
        double error = result.Number("scoring", "traceStandardError");
        Assert.True(error > 0);
        Assert.InRange(Math.Abs(result.Number("nll", "mean") - Mean(runs.TableFile)), 0, 5 * error); // rows' errors are independent: the mean's is smaller
    }

    /// <summary>By rows, the score of a row does not change with the rows beside it; with common steps it does, within the tolerance.</summary>
    [Fact]
    public void Score_PerSample_IsThatOfEachRowAlone()
    {
        using var folder = new TemporaryFolder();
        string[] lines = [.. File.ReadLines(runs.TableFile)];
        string alone = folder.Write("alone.csv", $"{lines[0]}\n{lines[8]}\n");
        double[] Apart(params string[] options)
        {
            foreach (string part in (string[])["all", "one"])
            {
                var result = FlowodeCommand.Run(["score", runs.Table, part == "all" ? runs.TableFile : alone, "--out", folder.File($"{part}.csv"), "--json", .. options]);
                Assert.True(result.Code == 0, result.Error);
                Assert.Equal(options.Length > 0, result.Json["scoring"]!["perSample"]!.GetValue<bool>());
            }

            double one = TableReaders.ReadFile(folder.File("one.csv"), new()).Row(0)[0], all = TableReaders.ReadFile(folder.File("all.csv"), new()).Row(7)[0];
            return [one, all];
        }

        double[] own = Apart("--per-sample"), common = Apart();
        Assert.Equal(own[0], own[1], 1e-12 * Math.Abs(own[0]));
        Assert.NotEqual(common[0], common[1]);
        Assert.Equal(common[0], own[0], 1e-4);
    }

    /// <summary>One solve of all rows, of some 100,000 steps: a stop does not wait for its end.</summary>
    [Fact]
    public void Score_InterruptedWithinASolve_EndsAtOnce()
    {
        using var process = FlowodeCommand.Start("score", runs.Table, runs.TableFile, "--solver", "doubled-euler", "--tolerance", "1e-12");
        while (process.StandardError.ReadLine() is { } line && !line.StartsWith("Scoring 120 rows", StringComparison.Ordinal))
        {
        }

        for (var before = process.TotalProcessorTime; !process.HasExited && process.TotalProcessorTime - before < TimeSpan.FromSeconds(1); process.Refresh())
        {
            Thread.Sleep(20); // until it has worked for a second, and is in its steps
        }

        FlowodeCommand.Signal(process, "TERM");
        var result = FlowodeCommand.Finish(process);
        Assert.True(result.Code == 130, $"code {result.Code}: {result.Error}");
        Assert.Contains("Interrupted", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--on-stiff", "never", "fail, implicit, partial")]
    [InlineData("--solver", "sdirk2", "doubled-sdirk2")]
    [InlineData("--solver", "bdf:9", "Found 9.")]
    public void Score_WithChoicesThatDoNotGo_SaysWhatDoes(params string[] words) =>
        FlowodeCommand.Run(["score", runs.Table, runs.TableFile, .. words[..^1]]).RequireRefusal(2, words[^1]);

    [Fact]
    public void Score_OfAToy_ReportsTheDivergence()
    {
        var result = FlowodeCommand.Run("score", runs.Toy, "moons", "--json");
        double apart = Math.Abs(result.Number("kl", "mean") - runs.ToyResult.Number("kl", "mean"));
        Assert.InRange(apart, 0, 5 * Math.Sqrt(2) * result.Number("kl", "standardError")); // two samples of 10,000
        Assert.NotEqual(0, apart);
    }

    [Fact]
    public void Score_WithCheck_IntegratesToOneAndReturns()
    {
        var result = FlowodeCommand.Run("score", runs.Toy, "--check", "--json");
        Assert.True(result.Code == 0, result.Error);
        Assert.InRange(result.Number("check", "integral", "value"), 0.995, 1.005);
        var trips = result.Json["check"]!["roundTrip"]!.AsArray();
        Assert.InRange(trips[2]!["largest"]!.GetValue<double>(), 0, 1e-3); // float64 at 1e-6
    }

    [Theory]
    [InlineData("a,b\n1,2\n3,4\n", "height", "a, b")]
    [InlineData("height,weight\n1,2\n3,4\n", "age")]
    [InlineData("1,2\n3,4\n", "2 columns", "3")]
    [InlineData("height,weight,age\n1,2,x\n3,4,5\n", "line 2", "'x'")]
    public void Score_OfRowsThatDoNotFit_SaysWhatIsMissing(string content, params string[] facts)
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("score", runs.Table, folder.Write("t.csv", content)).RequireRefusal(2, facts);
    }

    [Fact]
    public void Score_OfAToyUnderAModelOfThreeColumns_IsRefused() =>
        FlowodeCommand.Run("score", runs.Table, "moons").RequireRefusal(2, "moons", "2 columns", "3");

    private double Mean(string file) => FlowodeCommand.Run("score", runs.Table, file, "--json").Number("nll", "mean");
}
