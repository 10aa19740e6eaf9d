using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Runs;

/// <summary>Keeps a second process out of a folder. The system drops the lock of a process that died, so none is ever stale.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a run.</summary>
    /// <exception cref="UsageException">Another process has it, or the folder cannot be written.</exception>
    public static RunLock Take(RunFolder folder) => Take(folder.Path, folder.Lock, "trained");

    /// <summary>Takes the lock of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="file">The file that is the lock.</param>
    /// <param name="work">What another process would be doing with it, as in "is being …".</param>
    /// <exception cref="UsageException">Another process has it, or the folder cannot be written.</exception>
    public static RunLock Take(string folder, string file, string work)
    {
        try
        {
            var taken = new RunLock(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
            foreach (string half in Directory.EnumerateFiles(folder, AtomicFile.Temporaries))
            {
                File.Delete(half); // left by a process that was killed while it wrote
            }

            return taken;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{folder}' is being {work} by another process, or cannot be written: {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
