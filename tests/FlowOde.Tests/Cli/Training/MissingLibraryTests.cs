using System.Diagnostics;

namespace FlowOde.Tests.Cli.Training;

/// <summary>The program in a folder without native libraries.</summary>
public class MissingLibraryTests
{
    [Fact]
    public void Run_WithoutLibtorch_SaysSoOnceAndStillLists()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => Path.GetExtension(file) is ".dll" or ".json" && !Path.GetFileName(file).StartsWith("FlowOde.Tests", StringComparison.Ordinal)))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        Assert.Equal(0, Run(folder, "solvers").Code);
        var result = Run(folder, "train", "moons", "--run", folder.File("run"));
        result.RequireRefusal(2, "libtorch cannot be loaded", "Linux x64", "-p:Backend=cuda");
        Assert.Empty(result.Out);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    private static CliResult Run(TemporaryFolder folder, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [folder.File("FlowOde.Cli.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // TorchSharp would look into the package cache and copy half a gigabyte from there.
        start.Environment["NUGET_PACKAGES"] = start.Environment["HOME"] = folder.File("nothing");
        using var process = Process.Start(start)!;
        return FlowodeCommand.Finish(process);
    }
}
