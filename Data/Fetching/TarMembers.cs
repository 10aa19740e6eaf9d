using System.Formats.Tar;
using System.IO.Compression;

namespace FlowOde.Data.Fetching;

/// <summary>Takes files out of a <c>.tar.gz</c> by name. Folders in the archive do not matter, and no other file is written.</summary>
internal static class TarMembers
{
    private const string Unfinished = ".unpacking";

    /// <summary>Unpacks files; each has its name only when it is whole.</summary>
    /// <param name="archive">The archive's path.</param>
    /// <param name="archiveName">What the archive is called.</param>
    /// <param name="names">The files' names.</param>
    /// <param name="folder">Where they go.</param>
    /// <param name="stop">Stops.</param>
    /// <exception cref="IOException">A file is not in the archive, or the archive is not readable.</exception>
    internal static async Task ExtractAsync(string archive, string archiveName, IReadOnlyList<string> names, string folder, CancellationToken stop)
    {
        var missing = names.ToHashSet(StringComparer.Ordinal);
        try
        {
            using var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
            using var tar = new TarReader(packed);
            while (missing.Count > 0 && await tar.GetNextEntryAsync(cancellationToken: stop).ConfigureAwait(false) is { } entry)
            {
                var name = Path.GetFileName(entry.Name);
                if (entry.DataStream is { } content && missing.Remove(name))
                {
                    var path = Path.Combine(folder, name);
                    using (var target = File.Create(path + Unfinished))
                    {
                        await content.CopyToAsync(target, stop).ConfigureAwait(false);
                    }

                    File.Move(path + Unfinished, path, overwrite: true);
                }
            }
        }
        catch (InvalidDataException problem)
        {
            throw new IOException($"{archiveName} is no archive that can be unpacked: {problem.Message}", problem);
        }

        if (missing.Count > 0)
        {
            throw new IOException($"{archiveName} does not hold {string.Join(", ", missing.Order(StringComparer.Ordinal))}.");
        }
    }
}
