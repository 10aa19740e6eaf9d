using FlowOde.Cli.Runs;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Pictures;

/// <summary>The pictures that every finished run gets.</summary>
internal static class RunPictures
{
    /// <summary>Draws them into the run's folder.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="book">The figures.</param>
    /// <param name="dimension">Number of columns.</param>
    /// <returns>Their paths.</returns>
    public static IReadOnlyList<string> Write(RunFolder folder, FigureBook book, int dimension)
    {
        (string Name, Func<IFigure> Draw)[] wanted =
        [
            dimension == 2 ? ("figure.png", book.Panels) : ("pairs.png", book.Pairs),
            ("loss.png", () => book.Loss(folder)),
        ];
        foreach (var (name, draw) in wanted)
        {
            FigureFile.Write(folder.File(name), draw());
        }

        return [.. wanted.Select(picture => folder.File(picture.Name))];
    }
}
