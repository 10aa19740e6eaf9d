using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Classifying;

/// <summary>A comparison of architectures that was stopped in any way goes on as if it had not been.</summary>
public sealed class ComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Comparison_AfterAnInterruptAndAKill_EqualsTheOneThatWasNeverStopped()
    {
        string whole = _folder.File("whole"), stopped = _folder.File("stopped");
        var undisturbed = FlowodeCommand.Run(Command(whole, 800));
        Assert.True(undisturbed.Code == 0, undisturbed.Error);
        using (var interrupted = FlowodeCommand.Start(Command(stopped, 800)))
        {
            FlowodeCommand.WaitForLog(interrupted, Path.Combine(stopped, "resnet-1"), 20);
            FlowodeCommand.Signal(interrupted, "INT");
            var result = FlowodeCommand.Finish(interrupted);
            Assert.True(result.Code == 130, $"code {result.Code}: {result.Error}");
            Assert.Contains($"flowode classify --resume {stopped}", result.Error, StringComparison.Ordinal);
            Assert.Equal(stopped, result.Json["run"]!.GetValue<string>());
        }

        Assert.False(Directory.Exists(Path.Combine(stopped, "lm-resnet-0")), "the comparison went on after the interrupt");
        using (var killed = FlowodeCommand.Start("classify", "--resume", stopped))
        {
            FlowodeCommand.WaitForLog(killed, Path.Combine(stopped, "lm-resnet-0"), 20);
            killed.Kill();
            killed.WaitForExit();
        }

        Assert.False(File.Exists(Path.Combine(stopped, "lm-resnet-0", "report.json")), "the run ended before it could be killed; give it more iterations");
        DateTime before = File.GetLastWriteTimeUtc(Path.Combine(stopped, "resnet-0", "report.json"));
        Directory.CreateDirectory(Path.Combine(stopped, "lm-resnet-1"));
        File.WriteAllText(Path.Combine(stopped, "lm-resnet-1", "run.lock"), ""); // as of a process that was killed before the run began
        var last = FlowodeCommand.Run(Command(stopped, 800));
        Assert.True(last.Code == 0, last.Error);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(stopped, "resnet-0", "report.json")));
        foreach (string run in (string[])["resnet-0", "resnet-1", "lm-resnet-0", "lm-resnet-1"])
        {
            Assert.True(File.ReadAllBytes(Path.Combine(whole, run, "model.safetensors")).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(stopped, run, "model.safetensors"))), $"the models of {run} differ");
        }

        Assert.Equal(Lasting(undisturbed.Json), Lasting(last.Json));
        Assert.True(File.Exists(Path.Combine(stopped, "accuracy.png")));
        var again = FlowodeCommand.Run("classify", "--resume", stopped, "--json");
        Assert.True(JsonNode.DeepEquals(last.Json, again.Json), again.Out);
        Assert.Contains("is finished after 800 iterations", again.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--lr was not given, and is 0.5", "--lr", "0.5")]
    [InlineData("--seeds was 2, and is 3", "--seeds", "3")]
    [InlineData("--architecture was \"resnet,lm-resnet\", and is \"resnet\"", "--architecture", "resnet")]
    [InlineData("--iterations was 2, and is 3", "--iterations", "3")]
    public void Comparison_WithOtherSettings_IsRefused(string text, string option, string value)
    {
        string run = Short();
        FlowodeCommand.Run([.. Command(run, 2).Where((_, i) => !IsOf(run, i, option)), option, value]).RequireRefusal(2, text, $"`flowode classify --resume {run}`");
    }

    [Fact]
    public void Resume_OfAComparison_TakesNoOptions() =>
        FlowodeCommand.Run("classify", "--resume", Short(), "--iterations", "5").RequireRefusal(2, "--resume of a comparison", "--iterations cannot be given with it.");

    [Fact]
    public void Comparison_WhoseRunWentOnAlone_IsRefused()
    {
        string run = Short();
        Assert.Equal(0, FlowodeCommand.Run("classify", "--resume", Path.Combine(run, "resnet-1"), "--iterations", "4", "--quiet").Code);
        FlowodeCommand.Run(Command(run, 2)).RequireRefusal(2, "resnet-1", "--iterations was 4, and is 2");
    }

    [Fact]
    public void Comparison_OfChangedData_IsRefused()
    {
        string table = _folder.Write("t.csv", "a,b,c\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i % 7},{i % 5},{(i % 2 == 0 ? "even" : "odd")}\n"))), run = _folder.File("changed");
        string[] command = [.. Command(run, 2).Select(word => word is "iris" ? table : word is "species" ? "c" : word)];
        Assert.Equal(0, FlowodeCommand.Run(command).Code);
        File.AppendAllText(table, "1,1,odd\n");
        FlowodeCommand.Run(command).RequireRefusal(2, "as it was when it began", table);
        FlowodeCommand.Run("classify", "--resume", run).RequireRefusal(2, "as it was when it began", table);
    }

    [Theory]
    [InlineData("""{ "format": 2 }""", "has format 2")]
    [InlineData("""{ "format": 1 }""", "cannot be used")]
    [InlineData("{", "cannot be used")]
    public void Comparison_WithADamagedFile_IsRefused(string content, string text)
    {
        string run = Short();
        File.WriteAllText(Path.Combine(run, "comparison.json"), content);
        FlowodeCommand.Run("classify", "--resume", run).RequireRefusal(2, text);
    }

    [Fact]
    public void Comparison_WithoutAFirstStep_LeavesNoFolder()
    {
        string run = _folder.File("none");
        FlowodeCommand.Run([.. Command(run, 2), "--batch", "5000"]).RequireRefusal(2, "--batch 5000 is more than");
        Assert.False(Directory.Exists(run));
    }

    public void Dispose() => _folder.Dispose();

    private string Short()
    {
        string run = _folder.File("short");
        var result = FlowodeCommand.Run(Command(run, 2));
        Assert.True(result.Code == 0, result.Error);
        return run;
    }

    private static string[] Command(string run, int iterations) =>
    [
        "classify", "iris", "--label", "species", "--run", run, "--architecture", "resnet,lm-resnet", "--seeds", "2", "--iterations", $"{iterations}",
        "--depth", "2", "--channels", "8", "--threads", "1", "--device", "cpu", "--validate-every", "50", "--json",
    ];

    /// <summary>Whether a word of the command is an option or its value.</summary>
    private static bool IsOf(string run, int word, string option)
    {
        int at = Array.IndexOf(Command(run, 2), option);
        return at >= 0 && (word == at || word == at + 1);
    }

    /// <summary>A report without what differs from process to process.</summary>
    private static string Lasting(JsonObject report)
    {
        report.Remove("folder");
        report.Remove("pictures");
        foreach (var run in report["architectures"]!.AsArray())
        {
            foreach (string name in (string[])["run", "seconds", "trainingSeconds", "medianTrainingSeconds", "peakMemory", "pictures"])
            {
                run!.AsObject().Remove(name);
            }
        }

        return report.ToJsonString();
    }
}
