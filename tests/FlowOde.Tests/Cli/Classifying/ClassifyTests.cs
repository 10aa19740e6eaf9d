using System.Text.Json.Nodes;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Chains;

namespace FlowOde.Tests.Cli.Classifying;

/// <summary><c>classify</c> from the command line to the report, and what is made of its runs.</summary>
public sealed class ClassifyTests
{
    private static readonly string[] _quick = ["--threads", "1", "--device", "cpu", "--channels", "8", "--batch", "24", "--validate-every", "5", "--quiet", "--json"];

    public static TheoryData<string> Architectures => [.. KnownArchitectures.All.Select(architecture => architecture.Name)];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Classify_OfATable_LearnsItsClasses(string architecture)
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run");
        var result = Iris(run, 150, "--architecture", architecture, "--lr", "0.02");
        Assert.True(result.Code == 0, result.Error);
        Assert.True(result.Number("accuracy", "test", "share") >= 0.85, result.Out);
        Assert.Equal(architecture, result.Json["architecture"]!.GetValue<string>());
        Assert.Equal(result.Number("rows", "test"), result.Json["confusion"]!.AsArray().SelectMany(row => row!.AsArray()).Sum(count => count!.GetValue<double>()));
        Assert.True(JsonNode.DeepEquals(result.Json, JsonNode.Parse(File.ReadAllText(Path.Combine(run, "report.json")))));
        Assert.All(["confusion.png", "loss.png", "model.safetensors", "state.safetensors", "log.jsonl"], name => Assert.True(File.Exists(Path.Combine(run, name)), name));
    }

    [Fact]
    public void Classify_OfImages_LearnsThem()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run(["classify", "digits", "--run", folder.File("run"), "--iterations", "120", "--architecture", "resnet", "--depth", "2", "--lr", "0.01", "--shift", "0", "--average", "0", "--threads", "1", "--channels", "16", "--batch", "64", "--validate-every", "60", "--device", "cpu", "--quiet", "--json"]);
        Assert.True(result.Code == 0, result.Error);
        Assert.True(result.Number("accuracy", "test", "share") >= 0.7, result.Out);
        Assert.True(File.Exists(folder.File("run/mistakes.png")));
    }

    [Fact]
    public void Resume_OfAStoppedRun_EqualsTheRunThatWasNotStopped()
    {
        using var folder = new TemporaryFolder();
        string whole = folder.File("whole"), stopped = folder.File("stopped");
        foreach (string optimizer in (string[])["adam", "sgd", "e-msa"])
        {
            string[] more = ["--architecture", optimizer == "e-msa" ? "resnet" : "ode-net", "--schedule", "constant", "--optimizer", optimizer, "--lr", "0.01"];
            Assert.Equal(0, Iris(whole + optimizer, 30, more).Code);
            Assert.Equal(0, Iris(stopped + optimizer, 15, more).Code);
            var resumed = FlowodeCommand.Run("classify", "--resume", stopped + optimizer, "--iterations", "30", "--quiet", "--json");
            Assert.True(resumed.Code == 0, resumed.Error);
            Assert.Equal(Tensors(whole + optimizer), Tensors(stopped + optimizer));
            var again = FlowodeCommand.Run("classify", "--resume", stopped + optimizer, "--quiet", "--json");
            Assert.True(JsonNode.DeepEquals(resumed.Json, again.Json));
        }
    }

    [Theory]
    [InlineData("resnet", "--depth", "2")]
    [InlineData("resnet", "--shared", "true")]
    [InlineData("resnet", "--channels", "6")]
    [InlineData("resnet", "--optimizer", "sgd")]
    [InlineData("resnet", "--lr", "0.03")]
    [InlineData("resnet", "--schedule", "step-odenet")]
    [InlineData("resnet", "--warmup", "3")]
    [InlineData("resnet", "--weight-decay", "0.5")]
    [InlineData("resnet", "--clip", "0.01")]
    [InlineData("resnet", "--average", "0.1")]
    [InlineData("resnet", "--batch", "20")]
    [InlineData("resnet", "--iterations", "7")]
    [InlineData("resnet", "--seed", "1")]
    [InlineData("resnet", "--test", "0.3")]
    [InlineData("resnet", "--validation", "0.3")]
    [InlineData("resnet", "--drop", "petal_width")]
    [InlineData("resnet", "--dtype", "float64")]
    [InlineData("ode-net", "--solver", "dopri5")]
    [InlineData("ode-net", "--rtol", "1e-5")]
    [InlineData("ode-net", "--atol", "1e-5")]
    [InlineData("ode-net", "--steps", "2")]
    [InlineData("ode-net", "--adjoint", "backsolve")]
    [InlineData("anode", "--extra-channels", "3")]
    [InlineData("resnet", "--optimizer", "msa")]
    [InlineData("resnet", "--optimizer", "e-msa")]
    public void Option_OfTraining_ChangesConfigurationAndModel(string architecture, string option, string value)
    {
        using var folder = new TemporaryFolder();
        string usual = folder.File("usual"), other = folder.File("other");
        string[] fixedOptions = ["--architecture", architecture];
        Assert.Equal(0, Iris(usual, 6, fixedOptions).Code);
        var result = Iris(other, 6, [.. fixedOptions, option, value]);
        Assert.True(result.Code == 0, result.Error);
        Assert.False(JsonNode.DeepEquals(Setting(usual, option), Setting(other, option)), $"{option} did not reach the configuration");
        Assert.NotEqual(Tensors(usual), Tensors(other));
    }

    [Theory]
    [InlineData("--penalty", "3")]
    [InlineData("--ascents", "2")]
    [InlineData("--ascent-rate", "7")]
    public void Option_OfOptimalControl_ChangesConfigurationAndModel(string option, string value)
    {
        using var folder = new TemporaryFolder();
        string usual = folder.File("usual"), other = folder.File("other");
        string[] fixedOptions = ["--architecture", "resnet", "--depth", "2", "--optimizer", "e-msa"];
        Assert.Equal(0, Iris(usual, 3, fixedOptions).Code);
        var result = Iris(other, 3, [.. fixedOptions, option, value]);
        Assert.True(result.Code == 0, result.Error);
        Assert.False(JsonNode.DeepEquals(Setting(usual, option), Setting(other, option)), $"{option} did not reach the configuration");
        Assert.NotEqual(Tensors(usual), Tensors(other));
    }

    [Theory]
    [InlineData("msa")]
    [InlineData("e-msa")]
    public void Classify_ByOptimalControl_LearnsItsClasses(string optimizer)
    {
        using var folder = new TemporaryFolder();
        var result = Iris(folder.File("run"), 40, "--architecture", "resnet", "--depth", "2", "--optimizer", optimizer, "--average", "0.5");
        Assert.True(result.Code == 0, result.Error);
        Assert.True(result.Number("accuracy", "test", "share") >= 0.85, result.Out);
        Assert.True(result.Number("nfe", "backward") > 20, result.Out);
    }

    [Theory]
    [InlineData("--momentum", "0.5", "--optimizer", "sgd")]
    [InlineData("--shift", "0", "--field", "conv")]
    [InlineData("--flip", "true", "--field", "conv")]
    [InlineData("--halvings", "2", "--field", "conv")]
    [InlineData("--stem", "published", "--field", "conv")]
    [InlineData("--norm-groups", "4", "--field", "conv")]
    [InlineData("--field", "mlp", "--shift", "1")]
    public void Option_OfImages_ChangesConfigurationAndModel(string option, string value, params string[] with)
    {
        using var folder = new TemporaryFolder();
        string[] quick = ["--iterations", "2", "--architecture", "resnet", "--depth", "1", "--validation-rows", "20", .. with, .. _quick];
        string usual = folder.File("usual"), other = folder.File("other");
        Assert.Equal(0, FlowodeCommand.Run(["classify", "digits", "--run", usual, .. quick]).Code);
        var result = FlowodeCommand.Run(["classify", "digits", "--run", other, .. quick, option, value]);
        Assert.True(result.Code == 0, result.Error);
        Assert.False(JsonNode.DeepEquals(Setting(usual, option), Setting(other, option)), $"{option} did not reach the configuration");
        Assert.NotEqual(Tensors(usual), Tensors(other));
    }

    [Fact]
    public void Classify_OfAllArchitectures_ComparesThemAtEqualParameters()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("all");
        var result = Iris(run, 4, "--architecture", "all", "--solver", "dopri5");
        Assert.True(result.Code == 0, result.Error);
        double[] parameters = [.. result.Json["architectures"]!.AsArray().Select(report => report!["parameters"]!.GetValue<double>())];
        Assert.Equal(KnownArchitectures.All.Count, parameters.Length);
        Assert.All(parameters, count => Assert.InRange(count, 0.8 * parameters[0], 1.25 * parameters[0]));
        Assert.True(File.Exists(Path.Combine(run, "accuracy.png")));
        Assert.True(File.Exists(Path.Combine(run, "ode-net", "model.safetensors")));
    }

    [Fact]
    public void Classify_WithSeeds_ComparesMediansAndPairs()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("seeds");
        var result = Iris(run, 8, "--architecture", "resnet,lm-resnet", "--depth", "2", "--seeds", "3", "--seed", "4", "--lr", "0.02", "--average", "0");
        Assert.True(result.Code == 0, result.Error);
        var (first, second) = (result.Json["architectures"]![0]!, result.Json["architectures"]![1]!);
        Assert.Equal([4L, 5, 6], first["seeds"]!.AsArray().Select(seed => seed!.GetValue<long>()));
        double[] Accuracies(JsonNode of) => [.. of["accuracies"]!.AsArray().Select(share => share!.GetValue<double>())];
        Assert.Equal(Accuracies(first).Order().ElementAt(1), first["accuracy"]!["test"]!["share"]!.GetValue<double>());
        Assert.Null(first["over"]);
        Assert.Equal(Accuracies(second).Average() - Accuracies(first).Average(), second["over"]!["mean"]!.GetValue<double>(), 1e-12);
        Assert.InRange(second["over"]!["mean"]!.GetValue<double>(), second["over"]!["low"]!.GetValue<double>(), second["over"]!["high"]!.GetValue<double>());
        Assert.Equal(Accuracies(first)[1], JsonNode.Parse(File.ReadAllText(Path.Combine(run, "resnet-5", "report.json")))!["accuracy"]!["test"]!["share"]!.GetValue<double>());
        Assert.NotEqual(Tensors(Path.Combine(run, "resnet-4")), Tensors(Path.Combine(run, "resnet-5")));
    }

    /// <summary>The first of several has the channels asked for, odd as they are; and a name given twice is trained once.</summary>
    [Fact]
    public void Classify_OfOneNameTwice_TrainsItAsAsked()
    {
        using var folder = new TemporaryFolder();
        var result = Iris(folder.File("twice"), 2, "--architecture", "resnet,resnet", "--channels", "7");
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(7, Assert.Single(result.Json["architectures"]!.AsArray())!["channels"]!.GetValue<int>());
    }

    [Fact]
    public void Classify_WhoseWeightsKLeaveTheStableRange_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string[] words = ["classify", "iris", "--label", "species", "--run", folder.File("run"), "--architecture", "lm-resnet", "--depth", "2", "--k", "1.5", "--iterations", "2", "--threads", "1"];
        var result = FlowodeCommand.Run(words);
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("Warning: k of step 2 is 1.5", result.Error, StringComparison.Ordinal);
        Assert.Contains("Warning, of what was learnt: k of step 2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_OfOneKind_IsRefusedByTheOther()
    {
        using var folder = new TemporaryFolder();
        string ofFlows = folder.Write("flow.json", """{ "trace": "exact" }"""), ofClassifiers = folder.Write("net.json", """{ "architecture": "resnet" }""");
        FlowodeCommand.Run("classify", "iris", "--label", "species", "--config", ofFlows, "--run", folder.File("a")).RequireRefusal(2, "'trace' is a setting of densities");
        FlowodeCommand.Run("train", "iris", "--config", ofClassifiers, "--run", folder.File("b")).RequireRefusal(2, "'architecture' is a setting of classifiers");
        Assert.False(Directory.Exists(folder.File("a")) || Directory.Exists(folder.File("b")));
    }

    [Fact]
    public void Setting_OfClassifiers_IsKnownOnce() =>
        Assert.Equal(SettingCatalog.All.Count, SettingCatalog.All.Select(setting => setting.Name).Distinct().Count());

    private static CliResult Iris(string run, int iterations, params string[] more) => FlowodeCommand.Run(
    [
        "classify", "iris", "--label", "species", "--run", run,
        .. _quick.Chunk(2).Where(pair => !more.Contains(pair[0])).SelectMany(pair => pair),
        .. more.Contains("--iterations") ? [] : new[] { "--iterations", $"{iterations}" },
        .. more,
    ]);

    private static JsonNode? Setting(string run, string option) => JsonNode.Parse(File.ReadAllText(Path.Combine(run, "config.json")))!["settings"]![option[2..]];

    /// <summary>The model without its header, which holds the configuration.</summary>
    private static byte[] Tensors(string run)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(run, "model.safetensors"));
        return file[(8 + (int)BitConverter.ToInt64(file))..];
    }
}
