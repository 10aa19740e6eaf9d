using FlowOde.Flows.Storage;

namespace FlowOde.Cli.Runs;

/// <summary>Opens safetensors files, with their path in every message.</summary>
internal static class Checkpoint
{
    /// <summary>Reads a file.</summary>
    /// <returns>The file's tensors; belongs to the caller.</returns>
    /// <exception cref="CheckpointFormatException">It is missing, unreadable or damaged.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
            return SafetensorsReader.Read(stream);
        }
        catch (Exception problem) when (problem is CheckpointFormatException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointFormatException($"{path}: {problem.Message}", problem);
        }
    }
}
