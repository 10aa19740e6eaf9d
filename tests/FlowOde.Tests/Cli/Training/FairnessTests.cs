using FlowOde.Cli.Runs;
using FlowOde.Data.Readers;
using FlowOde.Data.Splits;

namespace FlowOde.Tests.Cli.Training;

/// <summary>What held-out and repeated rows may not do: shape the model, or make a score look surer than it is.</summary>
public class FairnessTests
{
    private static readonly string[] _split = ["--seed", "0", "--validation", "0.1", "--test", "0.1"];

    [Fact]
    public void Train_WithAnOutlierAmongTheTestRows_StandardisesByTheTrainingRowsAlone()
    {
        using var folder = new TemporaryFolder();
        string[] lines = File.ReadAllLines(folder.WriteTable());
        var (file, split) = WithOutlier(folder, lines);
        var result = FlowodeCommand.Run(["train", file, "--run", folder.File("run"), .. _split, .. TrainedRuns.Small]);
        Assert.True(result.Code == 0, result.Error);
        using var model = ModelStore.Read(RunFolder.Open(folder.File("run")));
        double[] ages = [.. split.Train.Select(row => Age(lines[row + 1]))];
        double mean = ages.Average(), scale = Math.Sqrt(ages.Average(age => (age - mean) * (age - mean)));
        Assert.Equal(mean, model.Model.Standardize.Mean[2], 1e-10);
        Assert.Equal(scale, model.Model.Standardize.Scale[2], 1e-10);
    }

    /// <summary>Every row four times is no more evidence than once: the error bars are those over the distinct rows of each part.</summary>
    [Fact]
    public void Report_OfATableOfRepeatedRows_CountsTheDistinctOnes()
    {
        using var folder = new TemporaryFolder();
        string[] lines = File.ReadAllLines(folder.WriteTable());
        string file = folder.Write("repeated.csv", string.Join('\n', [lines[0], .. lines.Skip(1).SelectMany(line => Enumerable.Repeat(line, 4))]));
        var result = FlowodeCommand.Run(["train", file, "--run", folder.File("run"), "--json", .. _split, .. TrainedRuns.Small]);
        Assert.True(result.Code == 0, result.Error);
        var table = TableReaders.ReadFile(file, new());
        var split = DataSplit.Make(table, new());
        var scores = FlowodeCommand.Run("score", folder.File("run"), file, "--out", folder.File("scores.csv"), "--json");
        Assert.True(scores.Code == 0, scores.Error);
        var density = TableReaders.ReadFile(folder.File("scores.csv"), new());
        foreach (var (part, rows) in new[] { ("validation", split.Validation), ("test", split.Test), ("train", split.Train) })
        {
            double[] distinct = [.. rows.Where(row => row % 4 == 0).Select(row => -density.Row(row)[0])];
            Assert.Equal(rows.Count, 4 * distinct.Length);
            double mean = distinct.Average(), error = Math.Sqrt(distinct.Sum(d => (d - mean) * (d - mean)) / (distinct.Length - 1) / distinct.Length);
            Assert.Equal(mean, result.Number("nll", part, "mean"), 1e-4);
            Assert.Equal(error, result.Number("nll", part, "standardError"), 1e-4);
        }
    }

    /// <summary>The table with a last age of 10,000 in the first row that falls to the test when it has that age.</summary>
    private static (string File, DataSplit Split) WithOutlier(TemporaryFolder folder, string[] lines)
    {
        for (int row = 1; row < lines.Length; row++)
        {
            string[] changed = [.. lines];
            changed[row] = lines[row][..(lines[row].LastIndexOf(',') + 1)] + "10000";
            string file = folder.Write("outlier.csv", string.Join('\n', changed));
            var split = DataSplit.Make(TableReaders.ReadFile(file, new()), new());
            if (split.Test.Contains(row - 1))
            {
                return (file, split);
            }
        }

        throw new InvalidOperationException("No row falls to the test.");
    }

    private static double Age(string line) => double.Parse(line.Split(',')[2]);
}
