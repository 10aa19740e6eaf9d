using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>The readers of images. A new format is one file and one line here.</summary>
public static class ImageReaders
{
    /// <summary>All readers.</summary>
    public static IReadOnlyList<IImageReader> All { get; } = [new IdxReader(), new CifarReader(), new NpyImageReader(), new PictureFolderReader()];

    /// <summary>Whether a file or a folder holds images.</summary>
    /// <param name="path">The file or folder.</param>
    public static bool CanRead(string path) => All.Any(reader => reader.CanRead(path));

    /// <summary>Reads images.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="name">What to call them.</param>
    /// <param name="options">How they become those that a model sees.</param>
    /// <exception cref="DataFormatException">It is of no known format, or not usable.</exception>
    public static ImageSet Read(string path, string name, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        var reader = All.FirstOrDefault(candidate => candidate.CanRead(path))
            ?? throw new DataFormatException($"{name}: no images were recognised; expected {string.Join("; or ", All.Select(candidate => candidate.Description))}.");
        try
        {
            return ImageShaping.Apply(reader.Read(path, name, options), options);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataFormatException($"{name}: cannot be read: {problem.Message}", problem);
        }
    }
}
