using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Data.Writers;

namespace FlowOde.Cli.Verbs;

/// <summary>Where images go: a grid, a file each, or an array.</summary>
internal enum SampleTarget
{
    /// <summary>One picture with all of them.</summary>
    Grid,

    /// <summary>A picture each, in a folder.</summary>
    Folder,

    /// <summary>A NumPy array.</summary>
    Array,
}

/// <summary>Reads where images go.</summary>
internal static class SampleTargets
{
    /// <summary>What a path asks for: a folder ends with a slash, is there already or has no extension.</summary>
    /// <exception cref="UsageException">The extension is not known.</exception>
    public static SampleTarget Of(string path)
    {
        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path) || Path.GetExtension(path).Length == 0)
        {
            return SampleTarget.Folder;
        }

        return ImageNpyWriter.CanWrite(path) ? SampleTarget.Array
            : FigureFile.CanWrite(path) ? SampleTarget.Grid
            : throw new UsageException($"--out {path}: unknown kind of file for images; expected a picture (.png, .webp, .svg, .pdf) for a grid, a folder/ for a file each, or .npy (.npy.gz) for an array.");
    }
}
