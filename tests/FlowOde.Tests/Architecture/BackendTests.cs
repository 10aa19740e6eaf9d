using System.Diagnostics;
using FlowOde.Tests.Cli;

namespace FlowOde.Tests.Architecture;

/// <summary>Which native libtorch the executables carry is one property.</summary>
public class BackendTests
{
    private const string Cuda = "TorchSharp-cuda-linux", Cpu = "libtorch-cpu-";

    [RepositoryFact]
    public void Cli_BuiltForCuda_CarriesTheCudaPackageInPlaceOfTheCpuOne()
    {
        var packages = Packages("tools/FlowOde.Cli", "-p:Backend=cuda");
        Assert.Contains(Cuda, packages);
        Assert.DoesNotContain(packages, name => name.StartsWith(Cpu, StringComparison.Ordinal));
    }

    [RepositoryFact]
    public void Cli_BuiltAsUsual_CarriesTheCpuPackage()
    {
        var packages = Packages("tools/FlowOde.Cli");
        Assert.DoesNotContain(Cuda, packages);
        Assert.Contains(packages, name => name.StartsWith(Cpu, StringComparison.Ordinal));
    }

    [RepositoryFact]
    public void Library_BuiltForCuda_CarriesNoNativePackage() =>
        Assert.DoesNotContain(Packages("Flows", "-p:Backend=cuda"), name => name == Cuda || name.StartsWith(Cpu, StringComparison.Ordinal));

    private static string[] Packages(string project, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", project, "-getItem:PackageReference", "-nodeReuse:false", .. more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryFactAttribute.Root,
        };

        // Within `dotnet test` these name the host's own MSBuild and would be handed on to the child.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var result = FlowodeCommand.Finish(process);
        Assert.True(result.Code == 0, result.Out + result.Error);
        return [.. result.Json["Items"]!["PackageReference"]!.AsArray().Select(item => item!["Identity"]!.GetValue<string>())];
    }
}
