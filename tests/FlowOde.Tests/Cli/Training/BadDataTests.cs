namespace FlowOde.Tests.Cli.Training;

/// <summary>Data that cannot be trained on are refused before anything is written.</summary>
public class BadDataTests
{
    private const string Rows = "1,2\n3,5\n2,7\n6,1\n8,3\n9,9\n4,4\n5,8\n7,6\n0,5\n2,1\n";

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a,b\n", "no rows")]
    [InlineData("a,b\n1,2\n", "1 row", "at least 10")]
    [InlineData("a,b\n1,5\n2,5\n3,5\n4,5\n5,5\n6,5\n7,5\n8,5\n9,5\n10,5\n11,5\n", "b", "--drop")]
    [InlineData("a,b\n" + Rows + "NaN,3\n", "line 13", "column 'a'", "NaN", "--missing drop")]
    [InlineData("a,b\n" + Rows + "3,inf\n", "line 13", "column 'b'", "inf")]
    [InlineData("a,b\n" + Rows + "3,1e999\n", "line 13", "column 'b'")]
    [InlineData("a,b\n" + Rows + "3,4,5\n", "line 13", "3", "2")]
    [InlineData("a,b\n1e200,1\n-2e200,2\n3e200,4\n1e200,5\n7e200,3\n2e200,8\n-5e200,1\n6e200,2\n1e199,4\n3e200,9\n8e200,7\n", "'a'", "Rescale")]
    [InlineData("a,b\n1,2\n1,2\n1,2\n1,2\n1,2\n3,4\n3,4\n3,4\n3,4\n3,4\n3,4\n", "2 of them different")]
    public void Train_OnBadRows_SaysWhereAndWritesNothing(string content, params string[] facts)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("bad.csv", content);
        var result = FlowodeCommand.Run("train", file, "--run", folder.File("deep/run"));
        result.RequireRefusal(2, facts);
        Assert.Equal(file, Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path)));
    }

    [Fact]
    public void Train_OnAMissingFile_IsRefused() =>
        FlowodeCommand.Run("train", "/nowhere/earthquake.csv").RequireRefusal(2, "earthquake.csv", "no known name and no file");

    [Fact]
    public void Train_WithABatchBeyondTheRows_SaysHowManyThereAre()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("train", folder.WriteTable(), "--batch", "500", "--run", folder.File("run")).RequireRefusal(2, "--batch 500", "96 training rows");
    }

    [Fact]
    public void Train_OnColumnsFarFromZeroInFloat32_AsksForFloat64()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("far.csv", "t,b\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{1_700_000_000 + (i * 37 % 41)},{i * 17 % 23}\n")));
        FlowodeCommand.Run("train", file, "--dtype", "float32", "--run", folder.File("run")).RequireRefusal(2, "'t'", "--dtype float64");
    }

    [Theory]
    [InlineData("/dev/null/run")]
    [InlineData("/proc/run")]
    public void Train_IntoAFolderThatCannotBe_IsRefusedBeforeAnythingElse(string path) =>
        FlowodeCommand.Run("train", "moons", "--run", path).RequireRefusal(2, path, "--run");

    [Fact]
    public void Train_IntoAnExistingRun_PointsToResume()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", "{}");
        FlowodeCommand.Run("train", "moons", "--run", folder.Path).RequireRefusal(2, "--resume");
        Assert.Equal("{}", File.ReadAllText(folder.File("config.json")));
    }

    [Fact]
    public void Train_OnNothing_DoesNotLeaveFoldersBehind()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("train", "moos", "--run", folder.File("a/b/c")).RequireRefusal(2, "moos");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
