using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Writes images as picture files of their own, one pixel for one.</summary>
public static class ImageFolderWriter
{
    /// <summary>Writes a PNG for each image: <c>000001.png</c> and so on, behind the name of its class where it has one.</summary>
    /// <param name="folder">The folder; made if it is not there. No file in it is overwritten.</param>
    /// <param name="images">The images.</param>
    /// <param name="names">The class of each, or an empty text; letters that file names cannot have become underscores.</param>
    /// <returns>The files.</returns>
    /// <exception cref="IOException">A file exists already, or the folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, ImageTiles images, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(names);
        string[] files = [.. Enumerable.Range(0, images.Count).Select(image => Path.Combine(folder, $"{Prefix(image < names.Count ? names[image] : "")}{image + 1:D6}.png"))];
        if (Array.Find(files, File.Exists) is { } taken)
        {
            throw new IOException($"'{taken}' exists already; choose another folder, or move its pictures away.");
        }

        Directory.CreateDirectory(folder);
        for (int image = 0; image < images.Count; image++)
        {
            using var bitmap = new SKBitmap(new SKImageInfo(images.Width, images.Height, images.Channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
            for (int y = 0; y < images.Height; y++)
            {
                for (int x = 0; x < images.Width; x++)
                {
                    bitmap.SetPixel(x, y, images.At(image, x, y));
                }
            }

            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            using var file = new FileStream(files[image], FileMode.CreateNew, FileAccess.Write);
            data.SaveTo(file);
        }

        return files;
    }

    private static string Prefix(string name) =>
        name.Length == 0 ? "" : string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? letter : '_')).Trim('.') + "-";
}
