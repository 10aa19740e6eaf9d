using FlowOde.Solvers.Measurement;

namespace FlowOde.Cli.Measuring;

/// <summary>This very program as a process of its own, quiet enough to be measured.</summary>
internal static class ChildCommand
{
    /// <summary>
    /// Code is compiled once and for good, so that no compiler works beside the solve, and the collector begins its work at 256 KB of
    /// garbage in place of the size of the processor's cache: both would be noise of several megabytes, which differs between machines.
    /// </summary>
    private static readonly Dictionary<string, string> _environment = new() { ["DOTNET_TieredCompilation"] = "0", ["DOTNET_GCgen0size"] = "40000", ["DOTNET_gcServer"] = "0" };

    /// <summary>The process of a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="input">A line for its standard input.</param>
    /// <param name="memoryLimit">Resident bytes that it may have.</param>
    /// <param name="timeLimit">The time that it may take.</param>
    public static WatchedProcess Of(string verb, string input, long memoryLimit, TimeSpan timeLimit)
    {
        string assembly = typeof(ChildCommand).Assembly.Location, name = typeof(ChildCommand).Assembly.GetName().Name!;
        string host = Environment.ProcessPath ?? "dotnet";
        bool isOwnHost = assembly.Length == 0 || Path.GetFileNameWithoutExtension(host) == name; // published as one file, or started by the program beside the library
        bool isRuntime = Path.GetFileNameWithoutExtension(host) == "dotnet";
        return new()
        {
            FileName = isOwnHost || isRuntime ? host : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            Arguments = isOwnHost ? [verb] : [assembly, verb],
            Environment = _environment,
            Input = input,
            MemoryLimit = memoryLimit,
            TimeLimit = timeLimit,
        };
    }
}
