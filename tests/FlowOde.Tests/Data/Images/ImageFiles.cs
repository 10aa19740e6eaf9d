using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace FlowOde.Tests.Data.Images;

/// <summary>Files of images in a folder of their own.</summary>
internal sealed class ImageFiles : IDisposable
{
    public ImageFiles() => Folder = Directory.CreateTempSubdirectory("flowode-images-").FullName;

    public string Folder { get; }

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public string Write(string name, byte[] bytes)
    {
        string path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
        {
            File.WriteAllBytes(path, bytes);
            return path;
        }

        using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        packed.Write(bytes);
        return path;
    }

    /// <summary>An IDX file with sides and as many bytes as asked for, counting up.</summary>
    public static byte[] Idx(int magic, int[] sides, int count)
    {
        var bytes = new byte[4 + (4 * sides.Length) + count];
        BinaryPrimitives.WriteInt32BigEndian(bytes, magic);
        for (int i = 0; i < sides.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * i)), sides[i]);
        }

        for (int i = 0; i < count; i++)
        {
            bytes[^(count - i)] = (byte)(i % 251);
        }

        return bytes;
    }

    public string Picture(string name, int width, int height, Func<int, int, SKColor> colour, SKEncodedImageFormat format = SKEncodedImageFormat.Png, SKColorType type = SKColorType.Rgba8888)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, type, SKAlphaType.Unpremul));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, colour(x, y));
            }
        }

        using var data = bitmap.Encode(format, 100);
        return Write(name, data.ToArray());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
