using FlowOde.Cli.Runs;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Pictures;

/// <summary>The pictures that every finished run gets.</summary>
internal static class RunPictures
{
    /// <summary>Draws those of a density into the run's folder.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="book">The figures.</param>
    /// <param name="loss">How the run went.</param>
    /// <param name="dimension">Number of columns.</param>
    /// <returns>Their paths.</returns>
    public static IReadOnlyList<string> Write(RunFolder folder, FigureBook book, LossBook loss, int dimension) =>
        Write(folder, dimension == 2 ? ("figure.png", book.Panels) : ("pairs.png", book.Pairs), ("loss.png", loss.Loss));

    /// <summary>Draws those of a model of images into the run's folder.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="book">The figures.</param>
    /// <param name="loss">How the run went.</param>
    /// <returns>Their paths.</returns>
    public static IReadOnlyList<string> Write(RunFolder folder, ImageBook book, LossBook loss) =>
        Write(folder, ("samples.png", book.Samples), ("loss.png", loss.Loss));

    private static IReadOnlyList<string> Write(RunFolder folder, params (string Name, Func<IFigure> Draw)[] wanted)
    {
        foreach (var (name, draw) in wanted)
        {
            FigureFile.Write(folder.File(name), draw());
        }

        return [.. wanted.Select(picture => folder.File(picture.Name))];
    }
}
