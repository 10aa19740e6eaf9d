using System.Text.Json.Nodes;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;

namespace FlowOde.Tests.Cli.Measuring;

/// <summary>Sweeps of classifiers: which points they have, what they write, and what is refused.</summary>
public sealed class ClassifierSweepTests
{
    private static readonly string[] _iris = ["--label", "species", "--channels", "4", "--batch", "16", "--device", "cpu", "--repeat-seconds", "0"];
    private static readonly SweepOptions _options = new() { Steps = [2, 4], MemoryLimit = 1, TimeLimit = TimeSpan.FromSeconds(1), RepeatSeconds = 0 };

    [Fact]
    public void Memory_OfSeveralArchitectures_MeasuresThemInOneTable()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["memory", "iris", "--architecture", "resnet,revnet,anode", "--adjoints", "direct", "--steps", "2,3", "--out", folder.File("sweep"), .. _iris];
        var result = FlowodeCommand.Run([.. line, "--json"]);
        Assert.True(result.Code == 0, result.Error);
        var points = result.Json["points"]!.AsArray();
        Assert.Equal(
            ["resnet direct 2", "resnet direct 3", "revnet own 2", "revnet own 3", "anode +8 direct 2", "anode +8 direct 3"],
            points.Select(point => $"{point!["network"]} {point["adjoint"]} {point["steps"]}"));
        Assert.All(points, point =>
        {
            Assert.True($"{point!["status"]}" == "finished", $"{point["network"]}: {point["message"]}");
            Assert.True(point["gradientError"]!.GetValue<double>() is > 0 and < 1e-4, $"{point["network"]}: error {point["gradientError"]}");
        });
        long[] parameters = [.. points.Select(point => point!["parameters"]!.GetValue<long>())];
        Assert.True(parameters[1] > parameters[0], "a deeper network has more weights");
        Assert.Equal(parameters[4], parameters[5]);
        string table = FlowodeCommand.Run([.. line, "--quiet"]).Out;
        Assert.All(["16 rows, 4 channels", "or depth", "revnet", "anode +8 direct (bosh3)", "what grows with depth are activations"], text => Assert.Contains(text, table, StringComparison.Ordinal));
        Assert.Equal(6, File.ReadAllLines(folder.File("sweep/points.jsonl")).Length);
    }

    [Fact]
    public void Memory_OfARun_VariesTheStepsOfItsBlock()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Classify("odd", "--architecture", "ode-net").Code);
        var result = FlowodeCommand.Run("memory", folder.File("odd"), "--adjoints", "direct", "--solvers", "euler", "--steps", "2,5", "--json", "--out", folder.File("sweep"), "--repeat-seconds", "0");
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(folder.File("odd"), result.Json["run"]!.GetValue<string>());
        Assert.Equal([2, 5], result.Json["points"]!.AsArray().Select(point => point!["nfeForward"]!.GetValue<int>()));
        FlowodeCommand.Run("memory", folder.File("odd"), "--channels", "4").RequireRefusal(2, "--channels", "run");
        FlowodeCommand.Run("memory", folder.File("odd"), "--hidden", "4").RequireRefusal(2, "--hidden", "densities");
        FlowodeCommand.Run("memory", folder.File("odd"), "--architecture", "resnet").RequireRefusal(2, "--architecture", "run");
        Assert.Equal(0, Classify("shared", "--architecture", "resnet", "--shared").Code);
        Assert.Equal(0, FlowodeCommand.Run("memory", folder.File("shared"), "--steps", "3", "--out", folder.File("other"), "--repeat-seconds", "0").Code);
        Assert.Equal(0, Classify("deep", "--architecture", "resnet").Code);
        FlowodeCommand.Run("memory", folder.File("deep"), "--steps", "3").RequireRefusal(2, "weights of its own for each step", "--architecture resnet");

        CliResult Classify(string run, params string[] options) => FlowodeCommand.Run(["classify", "iris", "--label", "species", "--run", folder.File(run), "--iterations", "2", "--channels", "4", "--batch", "16", "--threads", "1", "--device", "cpu", "--quiet", .. options]);
    }

    [Fact]
    public void Make_OfSeveralArchitectures_GivesEachItsMethods()
    {
        var notices = new List<string>();
        var points = SweepGrid.Make(Subjects("resnet,revnet,ode-net"), _options with { Methods = ["direct", "reversible"], Widths = [4, 6] }, notices.Add);
        Assert.Equal(
            ["resnet direct euler", "revnet own revnet", "ode-net direct bosh3", "ode-net reversible asynchronous-leapfrog"],
            points.Where(point => point.Steps == 2 && point.Hidden[0] == 4).Select(point => $"{point.Subject.Network} {point.Method} {point.Solver}"));
        Assert.Equal(["4", "6"], points.Select(point => point.Values.Text("channels")).Distinct());
        Assert.Equal(["2", "4"], points.Where(point => point.Subject.Network == "revnet").Select(point => point.Values.Text("depth")).Distinct());
        Assert.Contains(notices, notice => notice.StartsWith("Left out: reversible with euler.", StringComparison.Ordinal));
        Assert.Single(points.Select(point => point.Group).Distinct());
        Assert.Equal(points.Count, points.Select(point => point.Key).Distinct().Count());
    }

    [Theory]
    [InlineData("field", "mlp", true)]
    [InlineData("halvings", "0", true)]
    [InlineData("stem", "published", true)]
    [InlineData("norm-groups", "2", true)]
    [InlineData("seed", "4", true)]
    [InlineData("dtype", "float64", true)]
    [InlineData("shared", "true", false)]
    public void Key_OfASettingThatChangesTheMeasurement_Changes(string name, string value, bool isAnotherGroup)
    {
        var (usual, other) = (Point(), Point(name, value));
        Assert.NotEqual(usual.Key, other.Key);
        Assert.NotEqual(usual.GradientKey, other.GradientKey);
        Assert.Equal(isAnotherGroup, usual.Group != other.Group);

        static MeasurementPoint Point(params string[] setting) => SweepGrid.Make(Subjects("resnet", setting), _options, _ => { })[0];
    }

    [Theory]
    [InlineData("resnet", "direct", false, 1)]
    [InlineData("resnet", "backsolve", false, 1)]
    [InlineData("resnet", "backsolve", true, 0)]
    [InlineData("revnet", "own", false, 0)]
    [InlineData("lm-resnet", "own", false, 1)]
    [InlineData("ode-net", "reversible", false, 0)]
    public void Theory_OfAPoint_FollowsFromArchitectureAndMethod(string architecture, string method, bool isShared, double exponent) =>
        Assert.Equal(exponent, new SweepPoint(new JsonObject { ["architecture"] = architecture, ["shared"] = isShared, ["adjoint"] = method }).Theory!.Exponent);

    [Theory]
    [InlineData("digits --architecture resnett", "'resnett'", "Did you mean 'resnet'?")]
    [InlineData("digits --architecture resnet,,revnet", "blank")]
    [InlineData("digits --architecture lm-resnet --steps 1,2", "--steps 1", "at least 2")]
    [InlineData("digits --architecture resnet --adjoints reversible", "reversible", "euler")]
    [InlineData("digits --architecture ode-net --adjoints reversible --solvers bosh3", "reversible", "bosh3")]
    [InlineData("digits --architecture revnet,lm-resnet --adjoints direct", "--adjoints says nothing about --architecture revnet,lm-resnet")]
    [InlineData("digits --architecture resnet --solvers euler", "--solvers says nothing about --architecture resnet")]
    [InlineData("digits --architecture revnet --adjoint-memory 64MB", "--adjoint-memory says nothing about --architecture revnet")]
    [InlineData("digits --architecture resnet --adjoint-memory 64MB", "--adjoint-memory says nothing about direct", "auto")]
    [InlineData("digits --architecture ode-net,anode --shared", "--shared says nothing about --architecture ode-net, whose one block has one set of weights anyhow.")]
    [InlineData("digits --architecture resnet,ode-net --extra-channels 4", "--extra-channels says nothing about --architecture resnet")]
    [InlineData("digits --architecture revnet --channels 5", "--architecture revnet", "even")]
    [InlineData("digits --architecture revnet --widths 4,5", "--architecture revnet", "even")]
    [InlineData("digits --architecture resnet --widths 4 --channels 8", "--channels", "--widths", "exclude")]
    [InlineData("digits --architecture resnet --hidden 8", "--hidden", "densities", "--channels")]
    [InlineData("digits --architecture resnet --trace exact", "--trace", "densities")]
    [InlineData("digits --architecture resnet --field mlp --halvings 1", "--halvings says nothing about --field mlp")]
    [InlineData("digits --architecture resnet --batch 100000", "--batch 100000", "training rows")]
    [InlineData("moons --architecture resnet", "no classes")]
    [InlineData("digits --channels 8", "--channels", "of classifiers", "--architecture")]
    [InlineData("moons --shared", "--shared", "--architecture")]
    public void Memory_WithNonsense_SaysWhatAndWritesNothing(string line, params string[] facts)
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run(["memory", .. line.Split(' '), "--out", folder.File("sweep")]);
        result.RequireRefusal(2, facts);
        Assert.Empty(result.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("{\"data\": \"digits\", \"settings\": {\"architecture\": \"all\"}}", "each is measured alone")]
    [InlineData("{\"data\": \"digits\", \"settings\": {\"architecture\": \"resnet\"}}", "has no 'field'")]
    public void Measure_WithABrokenJob_IsRefused(string job, string fact) => FlowodeCommand.Run("measure", job).RequireRefusal(2, fact);

    [Fact]
    public void Memory_WithAPointOfAnUnknownArchitecture_NamesItsLine()
    {
        using var folder = new TemporaryFolder();
        folder.Write("points.jsonl", "{\"key\": \"a\", \"group\": \"b\", \"network\": \"x\", \"architecture\": \"x\", \"adjoint\": \"own\", \"solver\": \"x\", \"steps\": 2, \"batch\": 1, \"hidden\": [1], \"status\": \"failed\"}\n");
        FlowodeCommand.Run("memory", "digits", "--architecture", "resnet", "--steps", "2", "--out", folder.Path).RequireRefusal(2, "points.jsonl, line 1");
    }

    private static IReadOnlyList<MeasurementSubject> Subjects(string names, params string[] setting) =>
        ClassifierSubjects.OfData("digits", ClassifierCatalog.Architectures(names.Split(',')), setting.Length == 0 ? new SettingLayer("") : new SettingLayer("").Add(setting[0], setting[1]), _ => { });
}
