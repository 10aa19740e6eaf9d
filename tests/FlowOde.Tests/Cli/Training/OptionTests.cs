using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Training;

/// <summary>Each option reaches the configuration and does something.</summary>
[Collection(TrainedRunsGroup.Name)]
public class OptionTests(TrainedRuns runs)
{
    [Fact]
    public void Train_WithAnotherSeed_GivesAnotherModel()
    {
        using var folder = new TemporaryFolder();
        Train(folder.File("run"), "--seed", "1");
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(runs.Table, "model.safetensors")), File.ReadAllBytes(folder.File("run/model.safetensors")));
    }

    [Theory]
    [InlineData("--blocks", "2")]
    [InlineData("--layer", "concat")]
    [InlineData("--activation", "softplus")]
    [InlineData("--data-time", "0.5")]
    [InlineData("--last-layer-scale", "0.1")]
    [InlineData("--learn-end-time", "true")]
    [InlineData("--solver", "bosh3")]
    [InlineData("--rtol", "1e-2")]
    [InlineData("--steps", "3")]
    [InlineData("--warm-start", "off")]
    [InlineData("--per-sample", "true")]
    [InlineData("--adjoint", "backsolve")]
    [InlineData("--adjoint", "interpolated")]
    [InlineData("--trace", "hutchinson")]
    [InlineData("--regularize", "kinetic-energy=0.5")]
    [InlineData("--batch", "20")]
    [InlineData("--lr", "0.03")]
    [InlineData("--schedule", "constant")]
    [InlineData("--warmup", "3")]
    [InlineData("--weight-decay", "0.5")]
    [InlineData("--clip", "0.01")]
    [InlineData("--average", "0.5")]
    [InlineData("--iterations", "9")]
    [InlineData("--validation", "0.3")]
    [InlineData("--columns", "1,3")]
    [InlineData("--drop", "age")]
    [InlineData("--dtype", "float64")]
    public void Option_OfTraining_ChangesConfigurationAndModel(string option, string value)
    {
        using var folder = new TemporaryFolder();
        Train(folder.File("run"), option, value);
        var mine = JsonNode.Parse(File.ReadAllText(folder.File("run/config.json")))!["settings"]![option[2..]];
        var theirs = JsonNode.Parse(File.ReadAllText(Path.Combine(runs.Table, "config.json")))!["settings"]![option[2..]];
        Assert.False(JsonNode.DeepEquals(mine, theirs), $"{option} did not reach the configuration");
        Assert.NotEqual(Tensors(runs.Table), Tensors(folder.File("run")));
    }

    [Theory]
    [InlineData("--rtol 1e-6 --atol 1e-6 --last-layer-scale 4", "--error-norm", "row")]
    [InlineData("--rtol 1e-6 --atol 1e-6 --last-layer-scale 4", "--controller", "pi42")]
    [InlineData("--rtol 1e-6 --atol 1e-6 --last-layer-scale 4", "--limiter", "smooth")]
    [InlineData("--rtol 1e-6 --atol 1e-6 --last-layer-scale 4", "--max-step", "0.02")]
    [InlineData("--rtol 1e-1 --atol 1e-1 --max-step 0.7", "--min-step", "0.6")]
    [InlineData("--adjoint backsolve", "--adjoint-solver", "bosh3")]
    [InlineData("--adjoint interpolated", "--adjoint-solver", "bosh3")]
    [InlineData("--adjoint interpolated --adjoint-atol 1e-6", "--adjoint-rtol", "1e-6")]
    [InlineData("--adjoint interpolated --adjoint-rtol 1e-6", "--adjoint-atol", "1e-7")]
    [InlineData("--trace hutchinson", "--probes", "3")]
    [InlineData("--trace hutchinson", "--probe-distribution", "gaussian")]
    public void Option_ThatNeedsOthers_ChangesTheModel(string others, string option, string value)
    {
        using var folder = new TemporaryFolder();
        Train(folder.File("without"), others.Split(' '));
        Train(folder.File("with"), [.. others.Split(' '), option, value]);
        Assert.NotEqual(Tensors(folder.File("without")), Tensors(folder.File("with")));
    }

    [Fact]
    public void AdjointMemory_OfAnySize_GivesTheSameModel()
    {
        using var folder = new TemporaryFolder();
        Train(folder.File("run"), "--adjoint-memory", "600KB");
        Assert.Equal(Tensors(runs.Table), Tensors(folder.File("run")));
    }

    [Fact]
    public void Train_WithPatience_StopsBeforeTheEnd()
    {
        using var folder = new TemporaryFolder();
        // Each validation of a model that does not move is no better than the one before.
        Train(folder.File("run"), "--patience", "2", "--validate-every", "1", "--lr", "1e-30", "--average", "0");
        Assert.Equal(3, JsonNode.Parse(File.ReadAllText(folder.File("run/report.json")))!["iterations"]!.GetValue<int>());
    }

    private void Train(string run, params string[] options)
    {
        string[] small = TrainedRuns.Small;
        foreach (string option in options.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Concat(options.Contains("--steps") ? ["--rtol", "--atol"] : []))
        {
            int at = Array.IndexOf(small, option);
            small = at < 0 ? small : [.. small[..at], .. small[(at + 2)..]];
        }

        var result = FlowodeCommand.Run(["train", runs.TableFile, "--run", run, .. small, .. options]);
        Assert.True(result.Code == 0, result.Error);
    }

    /// <summary>The data section of a model, without the configuration in its header.</summary>
    private static byte[] Tensors(string run)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(run, "model.safetensors"));
        return file[(8 + (int)BitConverter.ToInt64(file))..];
    }
}
