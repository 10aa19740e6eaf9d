using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Pictures;

/// <summary>Writes figures to files, in the format that the extension says.</summary>
internal static class FigureFile
{
    private static readonly (string Extension, Action<IFigure, Stream, float> Write)[] _formats =
    [
        (".png", FigureWriter.WritePng),
        (".svg", (figure, stream, _) => FigureWriter.WriteSvg(figure, stream)),
        (".pdf", (figure, stream, _) => FigureWriter.WritePdf(figure, stream)),
        (".webp", FigureWriter.WriteWebp),
    ];

    /// <summary>Whether a path has the extension of a picture.</summary>
    public static bool CanWrite(string path) => _formats.Any(format => IsOf(format.Extension, path));

    /// <summary>Refuses a path whose extension is no picture's.</summary>
    public static void RequireFormat(string path)
    {
        if (!CanWrite(path))
        {
            string extension = Path.GetExtension(path);
            throw new UsageException($"--out {path}: '{extension}' is no kind of picture.{Suggestion.For(extension, _formats.Select(format => format.Extension))} Known are: {string.Join(", ", _formats.Select(format => format.Extension))}.");
        }
    }

    /// <summary>Writes a figure.</summary>
    /// <param name="path">The file.</param>
    /// <param name="figure">The figure.</param>
    /// <param name="size">The largest width and height in pixels, or null for the usual resolution.</param>
    public static void Write(string path, IFigure figure, (int Width, int Height)? size = null)
    {
        RequireFormat(path);
        float scale = size is { } box ? Math.Min(box.Width / figure.Size.Width, box.Height / figure.Size.Height) : FigureWriter.DefaultScale;
        AtomicFile.Write(path, stream => _formats.First(format => IsOf(format.Extension, path)).Write(figure, stream, scale));
    }

    /// <summary>Writes an animation: moving as .webp, as a strip of stills as .png.</summary>
    public static void Write(string path, IReadOnlyList<AnimationFrame> frames, (int Width, int Height)? size = null)
    {
        var first = frames[0].Figure.Size;
        float scale = size is { } box ? Math.Min(box.Width / first.Width, box.Height / first.Height) : 1;
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".webp":
                AtomicFile.Write(path, stream => AnimationWriter.WriteWebp(frames, stream, scale));
                break;
            case ".png":
                AtomicFile.Write(path, stream => AnimationWriter.WriteStrip(frames, stream, scale: scale));
                break;
            default:
                throw new UsageException($"--out {path}: an animation is a .webp, or a .png with a strip of stills.");
        }
    }

    private static bool IsOf(string extension, string path) => extension.Equals(Path.GetExtension(path), StringComparison.OrdinalIgnoreCase);
}
