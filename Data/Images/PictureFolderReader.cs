using FlowOde.Data.Pictures;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>A folder of pictures (.png, .jpg, .jpeg, .webp); sub-folders with pictures are classes.</summary>
public sealed class PictureFolderReader : IImageReader
{
    private const int MostClasses = 1000;

    /// <inheritdoc/>
    public string Description => $"a folder of pictures ({string.Join(" ", PictureReader.Extensions)}), whose sub-folders are classes";

    /// <inheritdoc/>
    public bool CanRead(string path) => Directory.Exists(path);

    /// <summary>Whether a file has the extension of a picture.</summary>
    /// <param name="path">A file.</param>
    public static bool IsPicture(string path) => PictureReader.CanRead(path);

    /// <summary>Whether a folder, or a sub-folder of it, has a picture.</summary>
    /// <param name="path">A folder, or anything else.</param>
    public static bool HoldsPictures(string path) => Directory.Exists(path) && Directory.EnumerateDirectories(path).Prepend(path).Any(folder => Pictures(folder).Length > 0);

    /// <summary>Reads pictures without classes.</summary>
    /// <param name="paths">The files, at least one.</param>
    /// <param name="name">What to call them.</param>
    /// <param name="options">How they become those that a model sees.</param>
    /// <exception cref="DataFormatException">One is no picture, or they are of mixed sizes.</exception>
    public static ImageSet Files(IReadOnlyList<string> paths, string name, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        return Load([.. paths.Select(path => (path, -1))], name, [], options);
    }

    /// <inheritdoc/>
    public ImageSet Read(string path, string name, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var folders = Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).Select(folder => (Name: Path.GetFileName(folder), Files: Pictures(folder))).Where(folder => folder.Files.Length > 0).ToArray();
        var own = Pictures(path);
        if (own.Length == 0 && folders.Length == 0)
        {
            throw new DataFormatException($"{name}: the folder holds no pictures; expected {string.Join(" ", PictureReader.Extensions)} in it or in its sub-folders.");
        }

        if (own.Length > 0 && folders.Length > 0)
        {
            throw new DataFormatException($"{name}: there are {own.Length} pictures in the folder itself and {folders.Sum(folder => folder.Files.Length)} in sub-folders, so that it is not clear which have a class. Move them into sub-folders, or away.");
        }

        if (folders.Length > MostClasses)
        {
            throw new DataFormatException($"{name}: {folders.Length} sub-folders with pictures; at most {MostClasses} classes are accepted.");
        }

        var pictures = folders.Length == 0 ? [.. own.Select(file => (File: file, Label: -1))] : folders.SelectMany((folder, label) => folder.Files.Select(file => (File: file, Label: label))).ToArray();
        return Load(pictures, name, [.. folders.Select(folder => folder.Name)], options);
    }

    private static ImageSet Load((string File, int Label)[] pictures, string name, string[] classes, ImageReadOptions options)
    {
        var loaded = new Picture[pictures.Length];
        long pixels = 0;
        for (var i = 0; i < pictures.Length; i++)
        {
            loaded[i] = PictureShaper.Read(pictures[i].File, options);
            pixels += 3L * loaded[i].Width * loaded[i].Height;
            if (pixels > options.MostPixels)
            {
                throw new DataFormatException($"{name}: the first {i + 1} of {pictures.Length} pictures have more than {options.MostPixels} pixels together; give a smaller --size, or fewer pictures.");
            }
        }

        var other = Array.FindIndex(loaded, picture => (picture.Width, picture.Height) != (loaded[0].Width, loaded[0].Height));
        if (other >= 0)
        {
            throw new DataFormatException($"{name}: pictures of mixed sizes: {Path.GetFileName(pictures[0].File)} is {loaded[0].Width} x {loaded[0].Height}, {Path.GetFileName(pictures[other].File)} is {loaded[other].Width} x {loaded[other].Height}. Give --size N, to which all are scaled.");
        }

        var isGrey = options.Grey || Array.TrueForAll(loaded, picture => picture.IsGrey);
        var (channels, plane) = (isGrey ? 1 : 3, loaded[0].Width * loaded[0].Height);
        var all = new byte[(long)channels * plane * loaded.Length];
        for (var i = 0; i < loaded.Length; i++)
        {
            loaded[i].Write(channels, all.AsSpan(i * channels * plane, channels * plane));
        }

        return new(name, (channels, loaded[0].Height, loaded[0].Width), 256, all, classes.Length == 0 ? [] : [.. pictures.Select(picture => picture.Label)], classes)
        {
            Notices = [.. PictureShaper.Notices(name, pictures.Select(picture => picture.File), loaded)],
        };
    }

    private static string[] Pictures(string folder) => [.. Directory.EnumerateFiles(folder).Where(PictureReader.CanRead).Order(StringComparer.Ordinal)];
}
