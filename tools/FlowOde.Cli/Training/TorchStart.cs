using FlowOde.Cli.Failures;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>Loads libtorch first of all, so that a missing library is one clear message and not a trace from somewhere.</summary>
internal static class TorchStart
{
    /// <summary>Loads libtorch.</summary>
    /// <exception cref="UsageException">It cannot be loaded.</exception>
    public static void Load()
    {
        var console = Console.Out;
        try
        {
            // TorchSharp tells its search on standard output, which is for results only.
            Console.SetOut(TextWriter.Null);
            InitializeDeviceType(DeviceType.CPU);

            // One thread each: the tool runs its own threads over rows, and two busy pools would spin against each other.
            set_num_threads(1);
        }
        catch (Exception problem) when (problem is TypeInitializationException or DllNotFoundException or NotSupportedException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new UsageException(
                $"libtorch cannot be loaded: {FirstLine(problem.InnerException ?? problem)} It comes with the build for Linux x64 (glibc 2.34 or newer), Windows x64 and macOS arm64. " +
                "Build again for this machine with `dotnet build -c Release`, or for an NVIDIA GPU with `-p:Backend=cuda`.",
                problem);
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    /// <summary>Finds the device.</summary>
    /// <param name="device">cpu, cuda or auto.</param>
    /// <exception cref="UsageException">There is no such device.</exception>
    public static Device Find(string device)
    {
        bool hasCuda = device != "cpu" && cuda.is_available();
        return device switch
        {
            "cuda" when !hasCuda => throw new UsageException("--device cuda: no usable GPU was found. It needs an NVIDIA driver and a build with `-p:Backend=cuda`; --device cpu works everywhere."),
            _ => hasCuda ? new Device(DeviceType.CUDA, 0) : CPU,
        };
    }

    private static string FirstLine(Exception problem) => problem.Message.Split('\n', 2)[0].TrimEnd();
}
