using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Runs;

/// <summary>Keeps a second process out of a run. The system drops the lock of a process that died, so none is ever stale.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="UsageException">Another process has it, or the folder cannot be written.</exception>
    public static RunLock Take(RunFolder folder)
    {
        try
        {
            var taken = new RunLock(new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
            foreach (string half in Directory.EnumerateFiles(folder.Path, AtomicFile.Temporaries))
            {
                File.Delete(half); // left by a process that was killed while it wrote
            }

            return taken;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{folder.Path}' is being trained by another process, or cannot be written: {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
