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
    public DataPart AtMost(int most)
    {
        if (Rows <= most)
        {
            return this;
        }

        var (values, groups, labels) = (new double[most * Dimension], new int[Groups.Length == 0 ? 0 : most], new int[Labels.Length == 0 ? 0 : most]);
        for (int i = 0; i < most; i++)
        {
            int row = (int)((long)i * Rows / most);
            Values.AsSpan(row * Dimension, Dimension).CopyTo(values.AsSpan(i * Dimension));
            if (groups.Length > 0)
            {
                groups[i] = Groups[row];
            }

            if (labels.Length > 0)
            {
                labels[i] = Labels[row];
            }
        }

        return this with { Values = values, Groups = groups, Labels = labels };
    }
}
