namespace FlowOde.Tests.Cli.Verbs;

/// <summary><c>certify</c> on trained runs and data.</summary>
[Collection(TrainedRunsGroup.Name)]
public class CertifyTests(TrainedRuns runs)
{
    [Fact]
    public void Certify_OfARun_ProvesEveryMethod()
    {
        var result = FlowodeCommand.Run(["certify", runs.Toy, "--json"]);
        Assert.True(result.Code == 0, result.Error + result.Out);
        var methods = result.Json["methods"]!.AsArray();
        Assert.Equal(FlowOde.Solvers.Adjoints.AdjointCatalog.All.Select(a => a.Name), methods.Select(m => m!["method"]!.GetValue<string>()));
        foreach (var method in methods)
        {
            Assert.True(method!["holds"]!.GetValue<bool>(), method.ToJsonString());
            if (method["verdict"]!.GetValue<string>() == "exact")
            {
                Assert.InRange(method["error"]!.GetValue<double>(), 0, method["method"]!.GetValue<string>() == "reversible" ? 1e-10 : 1e-11);
                Assert.InRange(method["float32Error"]!.GetValue<double>(), 1e-9, 1e-5);
                Assert.InRange(method["differenceError"]!.GetValue<double>(), 0, 1e-6);
            }
            else
            {
                Assert.True(method["finerError"]!.GetValue<double>() < 1e-3 * method["error"]!.GetValue<double>(), method.ToJsonString());
            }
        }
    }

    [Fact]
    public void Certify_OfData_WithBlocksProbesAndPenalties_ProvesTheExactMethods()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("certificate.csv");
        var result = FlowodeCommand.Run(["certify", runs.TableFile, "--adjoints", "auto,binomial:2,checkpointed:3,symplectic,backpropagation", "--solvers", "rk4,bosh3", "--steps", "6", "--blocks", "2", "--hidden", "5", "--batch", "20", "--trace", "hutchinson", "--regularize", "kinetic-energy=0.1", "--learn-end-time", "--out", file]);
        Assert.True(result.Code == 0, result.Error + result.Out);
        string[] lines = File.ReadAllLines(file);
        Assert.Equal(11, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.EndsWith(",exact", line, StringComparison.Ordinal));
        Assert.Contains("Exact here: auto with rk4, binomial:2 with rk4", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_WithALimitBelowRoundOff_FailsWithTheReason()
    {
        var result = FlowodeCommand.Run(["certify", runs.Toy, "--adjoints", "direct,backpropagation", "--rtol", "1e-18", "--json"]);
        Assert.Equal(1, result.Code);
        Assert.False(result.Json["holds"]!.GetValue<bool>());
        var back = result.Json["methods"]!.AsArray().Single(method => method!["method"]!.GetValue<string>() == "backpropagation")!;
        Assert.Contains("FAILS", back["verdict"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("1E-018", back["verdict"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--adjoints backsolv", "backsolv", "Did you mean 'backsolve'")]
    [InlineData("--adjoints binomial:0", "binomial:0", "At least 1")]
    [InlineData("--adjoints reversible --solvers dopri5", "reversible", "dopri5", "coupled-dopri5")]
    [InlineData("--solvers leapfrog", "leapfrog", "Known are")]
    [InlineData("--rtol 0", "--rtol", "greater than 0")]
    [InlineData("--directions -1", "--directions", "-1")]
    [InlineData("--hidden 4", "--hidden", "run")]
    [InlineData("--adjoints direct,,auto", "--adjoints", "blank")]
    [InlineData("--out certificate.xls", "certificate.xls", ".csv")]
    public void Certify_OfWhatCannotBe_SaysWhy(string options, params string[] words)
    {
        var result = FlowodeCommand.Run(["certify", runs.Toy, .. options.Split(' ')]);
        Assert.Equal(2, result.Code);
        Assert.All(words, word => Assert.Contains(word, result.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void Certify_IntoTheFileThatIsRead_IsRefused()
    {
        byte[] before = File.ReadAllBytes(runs.TableFile);
        var result = FlowodeCommand.Run(["certify", runs.TableFile, "--out", runs.TableFile]);
        Assert.Equal(2, result.Code);
        Assert.Equal(before, File.ReadAllBytes(runs.TableFile));
    }

    [Fact]
    public void Certify_OfDataThatNeedFloat64_LeavesFloat32Out()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("times.csv");
        File.WriteAllLines(file, ["when,x", .. Enumerable.Range(0, 80).Select(i => $"{1_700_000_000 + (i * 37)},{Math.Sin(i)}")]);
        var result = FlowodeCommand.Run(["certify", file, "--adjoints", "direct,auto", "--hidden", "5", "--json"]);
        Assert.True(result.Code == 0, result.Error + result.Out);
        Assert.All(result.Json["methods"]!.AsArray(), method => Assert.Null(method!["float32Error"]));
    }

    [Fact]
    public void Certify_OfNothing_SaysWhatIsKnown() => Assert.Equal(2, FlowodeCommand.Run(["certify", "nowhere"]).Code);
}
