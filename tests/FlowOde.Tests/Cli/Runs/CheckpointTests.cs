using System.Text;

namespace FlowOde.Tests.Cli.Runs;

/// <summary>Damaged files of a run are refused with their path, whatever is wrong with them.</summary>
[Collection(TrainedRunsGroup.Name)]
public class CheckpointTests(TrainedRuns runs)
{
    [Theory]
    [InlineData("truncated")]
    [InlineData("altered")]
    [InlineData("newer")]
    [InlineData("empty")]
    [InlineData("text")]
    public void Sample_FromADamagedModel_IsRefused(string damage)
    {
        using var folder = new TemporaryFolder();
        string run = Copy(folder), model = Path.Combine(run, "model.safetensors");
        File.WriteAllBytes(model, Damaged(File.ReadAllBytes(model), damage));
        var result = FlowodeCommand.Run("sample", run);
        result.RequireRefusal(2, model, damage == "newer" ? "version 9" : "");
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("altered")]
    public void Resume_FromADamagedState_IsRefusedAndKeepsTheModel(string damage)
    {
        using var folder = new TemporaryFolder();
        string run = Copy(folder), state = Path.Combine(run, "state.safetensors"), model = Path.Combine(run, "model.safetensors");
        File.WriteAllBytes(state, Damaged(File.ReadAllBytes(state), damage));
        byte[] before = File.ReadAllBytes(model);
        FlowodeCommand.Run("train", "--resume", run, "--iterations", "20").RequireRefusal(2, state);
        Assert.Equal(before, File.ReadAllBytes(model));
    }

    [Theory]
    [InlineData("{", "config.json")]
    [InlineData("[]", "config.json")]
    [InlineData("""{ "format": 99 }""", "format 99")]
    [InlineData("""{ "format": 1 }""", "config.json")]
    [InlineData("""{ "format": 1, "data": 3, "digest": "", "columns": [], "settings": {} }""", "config.json")]
    public void Sample_WithADamagedConfiguration_IsRefused(string content, string fact)
    {
        using var folder = new TemporaryFolder();
        string run = Copy(folder);
        File.WriteAllText(Path.Combine(run, "config.json"), content);
        FlowodeCommand.Run("sample", run).RequireRefusal(2, fact);
    }

    [Fact]
    public void Sample_FromAModelOfAnotherShape_NamesTheTensor()
    {
        using var folder = new TemporaryFolder();
        string run = Copy(folder), config = Path.Combine(run, "config.json");
        string text = File.ReadAllText(config);
        File.WriteAllText(config, text.Replace("\"blocks\": 1", "\"blocks\": 2", StringComparison.Ordinal));
        FlowodeCommand.Run("sample", run).RequireRefusal(2, "block1.");
    }

    private static byte[] Damaged(byte[] file, string damage)
    {
        switch (damage)
        {
            case "truncated":
                return file[..(file.Length / 2)];
            case "altered":
                file[^3] ^= 1;
                return file;
            case "newer":
                return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace("\"format_version\":\"1\"", "\"format_version\":\"9\"", StringComparison.Ordinal));
            case "empty":
                return [];
            default:
                return "not a model"u8.ToArray();
        }
    }

    private string Copy(TemporaryFolder folder)
    {
        foreach (string file in Directory.EnumerateFiles(runs.Table))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        return folder.Path;
    }
}
