using FlowOde.Cli.Pictures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Classifying;

/// <summary>The pictures of a classifier's run.</summary>
internal static class ClassifierPictures
{
    private const int MostMistakes = 40;
    private const int Columns = 10;

    /// <summary>Draws them into the run's folder: confusions, losses, and of images the mistakes.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="data">Its data.</param>
    /// <param name="test">Scores of the test rows.</param>
    /// <param name="title">The title of all figures.</param>
    /// <returns>Their paths.</returns>
    public static IReadOnlyList<string> Write(RunFolder folder, ClassifierData data, PartScores test, string title)
    {
        var accuracy = test.Accuracy;
        string caption = $"test accuracy {100 * accuracy.Share:F2} % of {accuracy.Trials} (95 %: {100 * accuracy.Low:F1} to {100 * accuracy.High:F1})";
        var figures = new List<(string Name, IFigure Figure)>
        {
            ("confusion.png", new ConfusionFigure { Counts = test.Confusion(), Names = data.Classes, Title = title, Caption = caption }),
            ("loss.png", new LossBook(folder, new("cross-entropy", "nats", 1), title, caption).Loss()),
        };
        int[] mistakes = [.. test.Labelled.Where(row => test.Predicted[row] != test.Labels[row]).Take(MostMistakes)];
        if (data.Rows.Image is { } image && mistakes.Length > 0)
        {
            figures.Add(("mistakes.png", new ImageGridFigure
            {
                Images = Chosen(data.Rows.Test, mistakes).ToImages(image),
                Columns = Math.Min(Columns, mistakes.Length),
                Captions = [.. mistakes.Select(row => $"{data.Classes[test.Labels[row]]} → {data.Classes[test.Predicted[row]]}")],
                Title = $"{title}, mistakes",
                Caption = "what it is → what it was taken for",
            }));
        }

        figures.ForEach(entry => FigureFile.Write(folder.File(entry.Name), entry.Figure));
        return [.. figures.Select(entry => folder.File(entry.Name))];
    }

    /// <summary>Some rows of a part.</summary>
    public static DataPart Chosen(DataPart part, IReadOnlyList<int> rows) =>
        new([.. rows.SelectMany(row => part.Values.AsSpan(row * part.Dimension, part.Dimension).ToArray())], [], part.Dimension);
}
