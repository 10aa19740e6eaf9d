using FlowOde.Data.Readers;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>The bytes of files of images, unpacked where they end in <c>.gz</c>.</summary>
internal static class ImageBytes
{
    private const int Chunk = 1 << 20;

    /// <summary>A file's name without <c>.gz</c>.</summary>
    internal static string Unpacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;

    /// <summary>Opens a file.</summary>
    internal static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GzipInput(file, path) : file;
    }

    /// <summary>Reads a stated number of bytes into memory that grows with what is really there, and makes sure that the file ends there.</summary>
    internal static byte[] ReadExactly(Stream stream, long count, string source, string what)
    {
        var bytes = new byte[Math.Min(count, Chunk)];
        for (long done = 0; done < count;)
        {
            if (done == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(count, 2L * bytes.Length));
            }

            var read = stream.Read(bytes, (int)done, bytes.Length - (int)done);
            if (read == 0)
            {
                throw new DataFormatException($"{source}: {what} take {count} bytes, but the file ends after {done} of them; it was cut short, copy it again.");
            }

            done += read;
        }

        return stream.ReadByte() < 0 ? bytes : throw new DataFormatException($"{source}: {what} take {count} bytes, but more follow; the file is damaged or of another kind.");
    }

    /// <summary>Reads all bytes, up to a bound.</summary>
    internal static byte[] ReadAll(Stream stream, long most, string source)
    {
        using var memory = new MemoryStream();
        var chunk = new byte[1 << 16];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            memory.Write(chunk, 0, read);
            if (memory.Length > most)
            {
                throw new DataFormatException($"{source}: holds more than {most} bytes, the most that are accepted.");
            }
        }

        return memory.ToArray();
    }
}
