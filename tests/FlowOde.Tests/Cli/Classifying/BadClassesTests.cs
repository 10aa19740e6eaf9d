namespace FlowOde.Tests.Cli.Classifying;

/// <summary>What cannot be classified is refused in one line, and nothing is written.</summary>
public sealed class BadClassesTests
{
    [Theory]
    [InlineData("which column holds the classes? Give --label COLUMN")]
    [InlineData("--label names the column 'kind', which is not there", "--label", "kind")]
    [InlineData("--depth: 0 is out of range", "--label", "species", "--depth", "0")]
    [InlineData("--depth 1: --architecture lm-resnet has at least 2 steps", "--label", "species", "--architecture", "lm-resnet", "--depth", "1")]
    [InlineData("'resnet2' is not known", "--label", "species", "--architecture", "resnet2")]
    [InlineData("'resnt' is not known. Did you mean 'resnet'?", "--label", "species", "--architecture", "resnt,polynet")]
    [InlineData("--solver says nothing about --architecture resnet,polynet", "--label", "species", "--architecture", "resnet,polynet", "--solver", "rk4")]
    [InlineData("--seeds", "--label", "species", "--seeds", "0")]
    [InlineData("found 'polynet'", "--label", "species", "--architecture", "all", "--optimizer", "e-msa")]
    [InlineData("give an even number", "--label", "species", "--architecture", "revnet,resnet", "--channels", "33")]
    [InlineData("give an even number", "--label", "species", "--architecture", "revnet", "--channels", "5")]
    [InlineData("is for images", "--label", "species", "--field", "conv")]
    [InlineData("--solver says nothing about --architecture resnet", "--label", "species", "--architecture", "resnet", "--solver", "dopri5")]
    [InlineData("--depth says nothing about --architecture ode-net", "--label", "species", "--architecture", "ode-net", "--depth", "3")]
    [InlineData("--adjoint says nothing about --architecture revnet", "--label", "species", "--architecture", "revnet", "--adjoint", "direct")]
    [InlineData("--extra-channels says nothing about --architecture resnet", "--label", "species", "--architecture", "resnet", "--extra-channels", "2")]
    [InlineData("--k says nothing about --architecture resnet", "--label", "species", "--architecture", "resnet", "--k", "0.5")]
    [InlineData("--momentum says nothing about --optimizer adam", "--label", "species", "--momentum", "0.5")]
    [InlineData("--penalty says nothing about --optimizer msa", "--label", "species", "--architecture", "resnet", "--optimizer", "msa", "--penalty", "1")]
    [InlineData("--ascents says nothing about --optimizer adam", "--label", "species", "--ascents", "3")]
    [InlineData("--clip says nothing about --optimizer e-msa", "--label", "species", "--architecture", "resnet", "--optimizer", "e-msa", "--clip", "1")]
    [InlineData("found 'ode-net'", "--label", "species", "--optimizer", "msa")]
    [InlineData("with shared weights", "--label", "species", "--architecture", "resnet", "--shared", "--optimizer", "msa")]
    [InlineData("climbs with one thread", "--label", "species", "--architecture", "resnet", "--optimizer", "msa", "--threads", "2")]
    [InlineData("--shift says nothing about tables", "--label", "species", "--shift", "1")]
    [InlineData("--batch 1000 is more than", "--label", "species", "--batch", "1000")]
    [InlineData("does not work with --solver dopri5", "--label", "species", "--adjoint", "reversible", "--solver", "dopri5")]
    public void Classify_OfATable_RefusesInOneLine(string text, params string[] options) => Refuses("iris", text, options);

    [Theory]
    [InlineData("cannot be halved 4 times", "--halvings", "4")]
    [InlineData("--halvings says nothing about --field mlp", "--field", "mlp", "--halvings", "1")]
    [InlineData("--label", "--label", "species")]
    public void Classify_OfImages_RefusesInOneLine(string text, params string[] options) => Refuses("digits", text, options);

    [Theory]
    [InlineData("moons", "has no classes")]
    [InlineData("nothing", "is no known name and no file")]
    public void Classify_OfWhatHasNoClasses_RefusesInOneLine(string data, string text) => Refuses(data, text);

    [Theory]
    [InlineData("every row is of the class 'a'", "a", "a", "a")]
    [InlineData("row 2 has no label in the column 'kind'", "a", "", "b")]
    public void Classify_OfOddLabels_RefusesInOneLine(string text, params string[] labels)
    {
        using var folder = new TemporaryFolder();
        string table = folder.Write("table.csv", "x,y,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i * i % 17},{labels[i % labels.Length]}\n")));
        Refuses(table, text, "--label", "kind");
    }

    [Fact]
    public void Classify_OfAColumnOfNumbersThatAllDiffer_SaysThatTheyAreNoClasses()
    {
        using var folder = new TemporaryFolder();
        string table = folder.WriteTable();
        Refuses(table, "has 120 different labels in 120 rows", "--label", "age");
    }

    [Fact]
    public void Classify_WithAClassThatTheTestLacks_WarnsAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        string table = folder.Write("table.csv", "x,y,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i * i % 17},{(i == 30 ? "rare" : i % 2 == 0 ? "a" : "b")}\n")));
        var result = FlowodeCommand.Run("classify", table, "--label", "kind", "--run", folder.File("run"), "--iterations", "2", "--channels", "4", "--batch", "8", "--threads", "1");
        Assert.True(result.Code == 0, result.Error);
        Assert.Matches("Warning: no (test|training) row is of the class rare", result.Error);
    }

    [Theory]
    [InlineData("-1.1", true)]
    [InlineData("0.5", false)]
    public void Classify_WithWeightsThatAreUnstable_WarnsByNameBeforeItTrains(string k, bool warns)
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("classify", "iris", "--label", "species", "--architecture", "lm-resnet", "--k", k, "--lr", "1e-9", "--run", folder.File("run"), "--iterations", "2", "--channels", "4", "--threads", "1", "--json");
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(warns, result.Error.Contains($"Warning: k of step 2 is {k}, of step 3 is {k}, of step 4 is {k}: the two-step method is zero-stable only for -1 < k <= 1", StringComparison.Ordinal));
        Assert.All(result.Json["k"]!.AsArray(), value => Assert.Equal(double.Parse(k), value!.GetValue<double>(), 1e-5));
    }

    [Fact]
    public void Verbs_OfDensities_RefuseAClassifier()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run");
        Assert.Equal(0, FlowodeCommand.Run("classify", "iris", "--label", "species", "--run", run, "--iterations", "2", "--channels", "4", "--threads", "1", "--quiet").Code);
        foreach (string[] words in (string[][])[["sample", run, "--out", folder.File("a.csv")], ["render", run], ["quality", run], ["train", "--resume", run]])
        {
            FlowodeCommand.Run(words).RequireRefusal(2, "is a classifier, and this needs a density");
        }
    }

    private static void Refuses(string data, string text, params string[] options)
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run");
        var result = FlowodeCommand.Run(["classify", data, "--run", run, "--iterations", "1", "--quiet", .. options.Contains("--threads") ? options : ["--threads", "1", .. options]]);
        result.RequireRefusal(2, text);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(run));
    }
}
