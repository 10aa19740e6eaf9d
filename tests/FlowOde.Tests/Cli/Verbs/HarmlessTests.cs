namespace FlowOde.Tests.Cli.Verbs;

/// <summary>Commands that would lose a file, or take an option without effect, are refused before any work.</summary>
[Collection(TrainedRunsGroup.Name)]
public class HarmlessTests(TrainedRuns runs)
{
    [Fact]
    public void Score_OverItsOwnInput_IsRefusedAndTheFileKept()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("rows.csv");
        File.Copy(runs.TableFile, file);
        string before = File.ReadAllText(file);
        FlowodeCommand.Run("score", runs.Table, file, "--out", file).RequireRefusal(2, "would be lost");
        Assert.Equal(before, File.ReadAllText(file));
    }

    [Fact]
    public void Out_InAFolderThatDoesNotExist_IsRefusedAtOnce()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("sample", runs.Table, "--out", folder.File("none/x.csv")).RequireRefusal(2, "no folder");
        FlowodeCommand.Run("render", runs.Table, "--out", folder.File("none/x.png")).RequireRefusal(2, "no folder");
        Directory.CreateDirectory(folder.File("d.csv"));
        FlowodeCommand.Run("sample", runs.Table, "--out", folder.File("d.csv")).RequireRefusal(2, "that is a folder");
    }

    [Fact]
    public void Resume_WithoutItsState_KeepsTheModel()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run");
        Directory.CreateDirectory(run);
        foreach (string file in Directory.GetFiles(runs.Toy).Where(file => !file.EndsWith("state.safetensors", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(run, Path.GetFileName(file)));
        }

        byte[] before = File.ReadAllBytes(Path.Combine(run, "model.safetensors"));
        FlowodeCommand.Run("train", "--resume", run, "--iterations", "20").RequireRefusal(2, "state.safetensors");
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(run, "model.safetensors")));
    }

    [Fact]
    public void Version_IsPrinted()
    {
        var result = FlowodeCommand.Run("--version");
        Assert.Equal(0, result.Code);
        Assert.Matches(@"^\d+\.\d+", result.Out.Trim());
    }

    [Fact]
    public void Options_WithoutEffect_AreRefused()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("train", "moons", "--probes", "3", "--run", folder.File("a")).RequireRefusal(2, "--trace hutchinson");
        FlowodeCommand.Run("render", runs.Toy, "--frames", "3").RequireRefusal(2, "animation");
        FlowodeCommand.Run("render", runs.Toy, "--time", "0.5").RequireRefusal(2, "field");
        FlowodeCommand.Run("train", "moons", "--hidden", "65536,65536", "--run", folder.File("b")).RequireRefusal(2, "parameters");
    }
}
