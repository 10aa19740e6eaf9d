using FlowOde.Data.Readers;

namespace FlowOde.Tests.Cli.Verbs;

/// <summary>Samples in every format, as functions of seed and row.</summary>
[Collection(TrainedRunsGroup.Name)]
public class SampleTests(TrainedRuns runs)
{
    [Fact]
    public void Sample_ToStandardOutput_IsCsvWithTheRunsColumns()
    {
        var result = FlowodeCommand.Run("sample", runs.Table, "--count", "7");
        string[] lines = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((0, 8, "height,weight,age"), (result.Code, lines.Length, lines[0]));
    }

    [Theory]
    [InlineData("s.csv")]
    [InlineData("s.csv.gz")]
    [InlineData("s.npy")]
    [InlineData("s.npy.gz")]
    public void Sample_ToAFile_ReadsBackEqualToStandardOutput(string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, FlowodeCommand.Run("sample", runs.Table, "--count", "50", "--seed", "4", "--out", folder.File(name)).Code);
        var table = TableReaders.ReadFile(folder.File(name), new());
        string[] lines = FlowodeCommand.Run("sample", runs.Table, "--count", "50", "--seed", "4").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        float[] printed = [.. lines.Skip(1).SelectMany(line => line.Split(',')).Select(float.Parse)];
        Assert.Equal(printed, Array.ConvertAll(table.Values.ToArray(), value => (float)value));
    }

    [Fact]
    public void Sample_OfMoreRows_BeginsWithTheSameRowsWithinTheTolerance()
    {
        string[] few = Rows("--count", "20"), many = Rows("--count", "600");
        Assert.All(few.Zip(many), pair => Assert.InRange(Math.Abs(Numbers(pair.First)[0] - Numbers(pair.Second)[0]), 0, 0.2)); // ten tolerances in data units
        Assert.NotEqual(few, Rows("--count", "20", "--seed", "1"));
    }

    [Fact]
    public void Sample_AtALowTemperature_StaysNearTheMiddle()
    {
        double Spread(string temperature) => Rows("--count", "300", "--temperature", temperature).Select(row => Numbers(row)[0]).Select(x => Math.Abs(x - 170)).Average();
        Assert.True(Spread("0.1") < 0.3 * Spread("1"));
    }

    [Fact]
    public void Sample_WithTighterTolerances_ChangesLittleButSomething()
    {
        string[] loose = Rows("--count", "20"), tight = Rows("--count", "20", "--rtol", "1e-6", "--atol", "1e-6");
        Assert.NotEqual(loose, tight);
        Assert.All(loose.Zip(tight), pair => Assert.InRange(Math.Abs(Numbers(pair.First)[0] - Numbers(pair.Second)[0]), 0, 0.2));
    }

    [Fact]
    public void Sample_OfAHundredThousandRows_StreamsAllOfThem() =>
        Assert.Equal(100_001, FlowodeCommand.Run("sample", runs.Toy, "--count", "100000").Out.Count(letter => letter == '\n'));

    [Fact]
    public void Sample_ToAPicture_DrawsOne()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("sample", runs.Toy, "--out", folder.File("s.png"));
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(folder.File("s.png"))[..4]);
    }

    private string[] Rows(params string[] options) =>
        FlowodeCommand.Run(["sample", runs.Table, .. options]).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

    private static double[] Numbers(string row) => Array.ConvertAll(row.Split(','), double.Parse);
}
