using FlowOde.Cli.Runs;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Training;

/// <summary>Rows that are scored together.</summary>
/// <param name="Values">The rows, [rows, dimension] row by row, in data units.</param>
/// <param name="Groups">Equal rows have equal numbers; empty where every row is its own.</param>
/// <param name="Dimension">Number of columns.</param>
internal sealed record DataPart(double[] Values, int[] Groups, int Dimension)
{
    /// <summary>The class of each row; empty where there are none.</summary>
    public int[] Labels { get; init; } = [];

    /// <summary>Number of rows.</summary>
    public int Rows => Values.Length / Dimension;

    /// <summary>The rows as images.</summary>
    /// <param name="image">How rows are images.</param>
    public ImageTiles ToImages(RunImage image) => ImageTiles.OfLevels(Values, image.Levels, (image.Channels, image.Height, image.Width));

    /// <summary>At most this many rows, evenly chosen.</summary>
    public DataPart AtMost(int most) => Rows <= most ? this : Select([.. Enumerable.Range(0, most).Select(i => (int)((long)i * Rows / most))]);

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">Their numbers.</param>
    public DataPart Select(int[] rows) => this with
    {
        Values = [.. rows.SelectMany(row => new ArraySegment<double>(Values, row * Dimension, Dimension))],
        Groups = Groups.Length == 0 ? [] : Array.ConvertAll(rows, row => Groups[row]),
        Labels = Labels.Length == 0 ? [] : Array.ConvertAll(rows, row => Labels[row]),
    };
}
