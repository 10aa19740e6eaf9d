using FlowOde.Cli.Training;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Pictures;

/// <summary>Composes the figures of a model of images.</summary>
/// <param name="view">The model.</param>
/// <param name="title">The title of all figures.</param>
/// <param name="caption">One line below it.</param>
internal sealed class ImageBook(ImageView view, string title, string caption)
{
    private const int UsualCount = 60;
    private const int MostColumns = 12;
    private const int MostExtremes = 10;

    /// <summary>Samples, where the model knows classes a column each.</summary>
    public IFigure Samples() => Samples(UsualCount);

    /// <summary>A number of samples, where the model knows classes a column each.</summary>
    public IFigure Samples(int count)
    {
        int columns = view.IsConditional && view.Image.Classes.Count <= MostColumns ? view.Image.Classes.Count : (int)Math.Ceiling(Math.Sqrt(count * 1.5));
        int rows = Math.Max(1, (int)Math.Round((double)count / columns));
        return Grid(view.Sample(view.ClassesInTurn(rows * columns)), columns, view.IsConditional && columns == view.Image.Classes.Count ? view.Image.Classes : null, null);
    }

    /// <summary>Images in rows.</summary>
    /// <param name="images">The images.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="columnTitles">What stands above each column, or null.</param>
    /// <param name="captions">What stands below each image, or null.</param>
    public IFigure Grid(DataPart images, int columns, IReadOnlyList<string>? columnTitles, IReadOnlyList<string>? captions) => new ImageGridFigure
    {
        Images = images.ToImages(view.Image),
        Columns = columns,
        ColumnTitles = columnTitles ?? [],
        Captions = captions ?? [],
        Title = title,
        Caption = caption,
    };

    /// <summary>The images with the fewest and the most bits per dimension, a row of each.</summary>
    /// <param name="images">The images.</param>
    /// <param name="bits">Their bits per dimension.</param>
    public IFigure Extremes(DataPart images, double[] bits)
    {
        int columns = Math.Clamp(images.Rows / 2, 1, MostExtremes);
        int[] order = [.. Enumerable.Range(0, images.Rows).OrderBy(i => bits[i])];
        int[] chosen = [.. order.Take(columns), .. order.TakeLast(columns).Reverse()];
        double[] values = [.. chosen.SelectMany(i => images.Values.AsSpan(i * images.Dimension, images.Dimension).ToArray())];
        return Grid(new(values, [], images.Dimension), columns, null, [.. chosen.Select(i => $"{bits[i]:F3}")]);
    }

    /// <summary>Images on their way from noise: a row each.</summary>
    /// <param name="count">How many.</param>
    /// <param name="stops">How many times.</param>
    public IFigure Ways(int count, int stops)
    {
        var points = view.Paths(view.ClassesInTurn(count), stops);
        var values = new double[count * points.Count * view.Image.Length];
        for (int image = 0; image < count; image++)
        {
            for (int at = 0; at < points.Count; at++)
            {
                points[at].Images.Values.AsSpan(image * view.Image.Length, view.Image.Length).CopyTo(values.AsSpan(((image * points.Count) + at) * view.Image.Length));
            }
        }

        return Grid(new(values, [], view.Image.Length), points.Count, [.. points.Select(point => $"{point.Time:F2}")], null);
    }

    /// <summary>A grid of images as they come out of noise, frame by frame.</summary>
    /// <param name="count">How many images.</param>
    /// <param name="frames">How many frames.</param>
    public IReadOnlyList<AnimationFrame> Frames(int count, int frames)
    {
        int columns = view.IsConditional && view.Image.Classes.Count <= MostColumns ? view.Image.Classes.Count : (int)Math.Ceiling(Math.Sqrt(count));
        var points = view.Paths(view.ClassesInTurn(count / columns * columns), frames);
        return [.. points.Select((point, i) => new AnimationFrame(Grid(point.Images, columns, null, null), TimeSpan.FromMilliseconds(i == points.Count - 1 ? 1500 : 80)))];
    }
}
