using System.Text.Json.Nodes;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Solvers.Adjoints;

namespace FlowOde.Tests.Cli.Verbs;

/// <summary><c>certify</c> on classifiers: fresh ones, and those of runs.</summary>
public sealed class CertifyClassifierTests
{
    private static readonly string[] _small = ["--channels", "4", "--batch", "8"];

    public static TheoryData<string> Architectures => [.. KnownArchitectures.All.Select(architecture => architecture.Name)];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Certify_OfATable_ProvesEveryMethodOfAnArchitecture(string architecture)
    {
        var result = FlowodeCommand.Run(["certify", "iris", "--label", "species", "--architecture", architecture, .. _small, "--json"]);
        Assert.True(result.Code == 0, result.Error + result.Out);
        Assert.Equal(architecture, result.Json["architecture"]!.GetValue<string>());
        string[] methods = [.. result.Json["methods"]!.AsArray().Select(method => method!["method"]!.GetValue<string>())];
        var known = KnownArchitectures.Named(architecture);
        var all = AdjointCatalog.All.Where(adjoint => adjoint switch { ContinuousAdjoint => known.ChoosesSteps, ReversibleAdjoint => known.ChoosesSteps && !known.IsAugmented, _ => true }).Select(adjoint => adjoint.Name);
        Assert.Equal(known.HasOwnGradient ? ["own"] : all, methods);
        RequireExact(result.Json, known.UndoesSteps);
        Assert.Equal(known.IsAugmented, result.Error.Contains("reversible is left out", StringComparison.Ordinal));
    }

    /// <summary>Of few steps that are better than asked for at once the error cannot fall by much, and no method fails for it.</summary>
    [Fact]
    public void Certify_OfATableByDefaults_FailsNoMethod()
    {
        var result = FlowodeCommand.Run("certify", "iris", "--label", "species", "--architecture", "ode-net", "--json");
        Assert.True(result.Code == 0, result.Error + result.Out);
    }

    [Fact]
    public void Certify_OfAnAugmentedNetwork_TriesReversibleWhereAsked()
    {
        var result = FlowodeCommand.Run(["certify", "iris", "--label", "species", "--architecture", "anode", .. _small, "--adjoints", "reversible", "--json"]);
        Assert.Equal("reversible", Assert.Single(result.Json["methods"]!.AsArray())!["method"]!.GetValue<string>());
        Assert.DoesNotContain("reversible is left out", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_OfImages_ProvesSeveralArchitectures()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("certificate.csv");
        var result = FlowodeCommand.Run("certify", "digits", "--architecture", "fractalnet,revnet,lm-resnet,ode-net", "--batch", "2", "--depth", "2", "--adjoints", "auto,symplectic,backpropagation", "--directions", "1", "--out", file, "--json");
        Assert.True(result.Code == 0, result.Error + result.Out);
        var architectures = result.Json["architectures"]!.AsArray();
        Assert.Equal(["fractalnet", "revnet", "lm-resnet", "ode-net"], architectures.Select(one => one!["architecture"]!.GetValue<string>()));
        Assert.All(architectures, one => RequireExact(one!.AsObject(), one["architecture"]!.GetValue<string>() == "revnet"));
        Assert.Contains("lm-resnet,own,lm-resnet,2,", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all", "--adjoints", "auto", "--directions", "1")]
    [InlineData("resnet", "--shared")]
    [InlineData("revnet", "--shared")]
    [InlineData("lm-resnet", "--shared", "--k", "0.5")]
    [InlineData("ode-net", "--solvers", "coupled-rk4,bosh3", "--steps", "3", "--adjoints", "direct,auto")]
    [InlineData("resnet,lm-resnet", "--k", "0.5", "--adjoints", "auto,backpropagation")]
    public void Certify_WithOptions_ProvesTheGradient(string architectures, params string[] options)
    {
        var result = FlowodeCommand.Run(["certify", "iris", "--label", "species", "--architecture", architectures, .. _small, .. options]);
        Assert.True(result.Code == 0, result.Error + result.Out);
        Assert.Contains("Exact here: ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_OfAContinuousAdjoint_SaysHowFarOffItIs()
    {
        string[] words = ["certify", "iris", "--label", "species", "--architecture", "ode-net", .. _small, "--adjoints", "direct,backsolve"];
        var json = FlowodeCommand.Run([.. words, "--json"]);
        Assert.True(json.Code == 0, json.Error + json.Out);
        var backsolve = json.Json["methods"]![1]!;
        string Small(string name) => backsolve[name]!.GetValue<double>().ToString("0.0E+0", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"off by {Small("error")}; falls with the tolerance, to {Small("finerError")}", backsolve["verdict"]!.GetValue<string>());
        var text = FlowodeCommand.Run(words);
        Assert.Contains($"Approximate, and better with the tolerance: backsolve (off by {Small("error")} in {backsolve["group"]}, by {Small("finerError")} at the finer tolerance).", text.Out, StringComparison.Ordinal);
        string[] table = [.. text.Out.Split('\n').TakeWhile(line => !line.StartsWith("from direct:", StringComparison.Ordinal))];
        Assert.InRange(table.Max(line => line.TrimEnd().Length), 80, 160);
    }

    [Fact]
    public void Certify_WithAnUnstableK_Warns()
    {
        var result = FlowodeCommand.Run(["certify", "iris", "--label", "species", "--architecture", "lm-resnet", "--depth", "3", "--k", "2", .. _small]);
        Assert.Contains("Warning, of lm-resnet: k of step 2 is 2", result.Error, StringComparison.Ordinal);
        Assert.Contains(", of step 3 is 2", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", FlowodeCommand.Run(["certify", "iris", "--label", "species", "--architecture", "lm-resnet", "--depth", "3", "--k", "0.5", .. _small]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_OfARun_ProvesItsClassifier()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("net");
        Assert.Equal(0, FlowodeCommand.Run("classify", "iris", "--label", "species", "--run", run, "--iterations", "20", "--channels", "4", "--architecture", "rk2net", "--depth", "2", "--threads", "1", "--quiet").Code);
        var result = FlowodeCommand.Run("certify", run, "--json");
        Assert.True(result.Code == 0, result.Error + result.Out);
        Assert.Equal("rk2net", result.Json["architecture"]!.GetValue<string>());
        RequireExact(result.Json, undoesSteps: false);
        FlowodeCommand.Run("certify", run, "--architecture", "resnet").RequireRefusal(2, "--architecture cannot be given with the run");
        FlowodeCommand.Run("certify", run, "--depth", "3").RequireRefusal(2, "--depth cannot be given with the run");
        FlowodeCommand.Run("certify", run, "--hidden", "3").RequireRefusal(2, "--hidden says nothing about a classifier");
        FlowodeCommand.Run("certify", run, "--steps", "3").RequireRefusal(2, "--steps says nothing about --architecture rk2net");
        FlowodeCommand.Run("certify", run, "--solvers", "rk4").RequireRefusal(2, "--solvers says nothing about --architecture rk2net");
        File.Delete(Path.Combine(run, "model.safetensors"));
        FlowodeCommand.Run("certify", run).RequireRefusal(2, "has no model.safetensors yet");
    }

    [Fact]
    public void Certify_WithALimitBelowRoundOff_FailsWithTheReason()
    {
        var result = FlowodeCommand.Run(["certify", "iris", "--label", "species", "--architecture", "lm-resnet", .. _small, "--rtol", "1e-18", "--json"]);
        Assert.Equal(1, result.Code);
        Assert.Contains("from the backpropagation gradient", result.Json["methods"]![0]!["verdict"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_OfANetworkWithAMethodOfTheEquation_FailsWithItsDistance()
    {
        var result = FlowodeCommand.Run(["certify", "iris", "--label", "species", "--architecture", "resnet", .. _small, "--adjoints", "direct,interpolated", "--json"]);
        Assert.Equal(1, result.Code);
        Assert.True(result.Json["methods"]![0]!["holds"]!.GetValue<bool>());
        Assert.Contains("from the direct gradient", result.Json["methods"]![1]!["verdict"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--architecture resnt", "'resnt' is not known", "Did you mean 'resnet'")]
    [InlineData("--architecture resnet,,ode-net", "--architecture", "blank")]
    [InlineData("--depth 3", "--depth says nothing about a density", "--architecture NAME")]
    [InlineData("--architecture resnet --hidden 4", "--hidden says nothing about a classifier")]
    [InlineData("--architecture resnet --trace exact", "--trace says nothing about a classifier")]
    [InlineData("--architecture resnet --steps 4", "--steps says nothing about --architecture resnet")]
    [InlineData("--architecture resnet --solvers rk4", "--solvers says nothing about --architecture resnet")]
    [InlineData("--architecture resnet --adjoints reversible", "reversible", "does not work with --architecture resnet", "euler")]
    [InlineData("--architecture resnet,rk4net --adjoints reversible", "goes with none of the architectures")]
    [InlineData("--architecture resnet --k 0.5", "--k says nothing about --architecture resnet")]
    [InlineData("--architecture resnet,revnet --k 0.5", "--k says nothing about any of the architectures resnet, revnet")]
    [InlineData("--architecture revnet --adjoints direct", "--adjoints says nothing about --architecture revnet")]
    [InlineData("--architecture revnet --channels 5", "give an even number")]
    [InlineData("--architecture revnet --adjoint-memory 1MB", "--adjoint-memory says nothing about --architecture revnet")]
    [InlineData("--architecture lm-resnet --depth 1", "at least 2 steps")]
    [InlineData("--architecture ode-net --depth 3", "--depth says nothing about --architecture ode-net")]
    [InlineData("--architecture ode-net --batch 1000", "--batch 1000 is more than")]
    [InlineData("--architecture ode-net --field conv", "is for images")]
    public void Certify_OfWhatCannotBe_SaysWhy(string options, params string[] words) =>
        FlowodeCommand.Run(["certify", "iris", "--label", "species", .. options.Split(' ')]).RequireRefusal(2, words);

    [Theory]
    [InlineData("iris", "Give --label COLUMN")]
    [InlineData("moons", "has no classes")]
    public void Certify_OfDataWithoutClasses_SaysWhy(string data, string word) => FlowodeCommand.Run("certify", data, "--architecture", "resnet").RequireRefusal(2, word);

    private static void RequireExact(JsonObject report, bool undoesSteps)
    {
        foreach (var method in report["methods"]!.AsArray())
        {
            Assert.True(method!["holds"]!.GetValue<bool>(), method.ToJsonString());
            if (method["verdict"]!.GetValue<string>() == "exact")
            {
                Assert.InRange(method["error"]!.GetValue<double>(), 0, undoesSteps || method["method"]!.GetValue<string>() == "reversible" ? 1e-10 : 1e-11);
                Assert.InRange(method["float32Error"]!.GetValue<double>(), 1e-9, 1e-5);
                Assert.InRange(method["differenceError"]!.GetValue<double>(), 0, 1e-6);
            }
        }
    }
}
