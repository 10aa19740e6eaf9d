using System.Globalization;
using System.IO.Compression;

namespace FlowOde.Data.Writers;

/// <summary>Writes images of integers as a NumPy array of shape [N, C, H, W]: unsigned bytes, or 16 bits where there are more than 256 levels.</summary>
public static class ImageNpyWriter
{
    private const int MostByte = 255;

    /// <summary>Whether a file name has the extension of such an array: <c>.npy</c>, also with <c>.gz</c>.</summary>
    public static bool CanWrite(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".npy.gz", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Writes images.</summary>
    /// <param name="pixels">Integers 0 … <paramref name="levels"/> − 1, [N, C, H, W] number by number.</param>
    /// <param name="shape">C, H and W.</param>
    /// <param name="levels">Number of levels, at most 65,536.</param>
    /// <param name="name">A file name: <c>.gz</c> says that it is packed.</param>
    /// <param name="into">Receives the bytes; stays open.</param>
    /// <exception cref="ArgumentException">The numbers are not whole images, or one is no level.</exception>
    public static void Write(ReadOnlySpan<double> pixels, (int Channels, int Height, int Width) shape, int levels, string name, Stream into)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(into);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, 1 << 16);
        int length = shape.Channels * shape.Height * shape.Width;
        if (length < 1 || pixels.Length % length != 0)
        {
            throw new ArgumentException($"{pixels.Length} numbers are not whole images of {shape.Channels} x {shape.Height} x {shape.Width}.", nameof(pixels));
        }

        bool isByte = levels - 1 <= MostByte;
        var bytes = new byte[pixels.Length * (isByte ? 1 : 2)];
        for (int i = 0; i < pixels.Length; i++)
        {
            double level = pixels[i];
            if (!(level >= 0 && level < levels && level == Math.Floor(level)))
            {
                throw new ArgumentException($"Number {i} is {level.ToString(CultureInfo.InvariantCulture)}, which is no level from 0 to {levels - 1}.", nameof(pixels));
            }

            if (isByte)
            {
                bytes[i] = (byte)level;
            }
            else
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)level);
            }
        }

        using var packed = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(into, CompressionLevel.Optimal, leaveOpen: true) : null;
        var stream = packed ?? into;
        NpyPreamble.Write(isByte ? "|u1" : "<u2", [pixels.Length / length, shape.Channels, shape.Height, shape.Width], stream);
        stream.Write(bytes);
    }
}
