using System.Security.Cryptography;
using System.Text;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Data.Sources;
using FlowOde.Data.Tables;

namespace FlowOde.Cli.Classifying;

/// <summary>Rows with classes: what a classifier is trained on and measured by.</summary>
/// <param name="Rows">The rows, split.</param>
/// <param name="Classes">The names of the classes, by which labels are numbered.</param>
/// <param name="Digest">Changes when rows or labels do.</param>
/// <param name="Mean">What is subtracted from each number of a row.</param>
/// <param name="Scale">What it is then divided by.</param>
internal sealed record ClassifierData(TrainingData Rows, IReadOnlyList<string> Classes, string Digest, IReadOnlyList<double> Mean, IReadOnlyList<double> Scale)
{
    private const int MostClasses = 1000;
    private const int Shown = 5;

    /// <summary>Reads data that have classes.</summary>
    /// <param name="nameOrPath">A name or a path.</param>
    /// <param name="asked">What was chosen, which says how files are read.</param>
    /// <param name="complete">All settings, once it is known how rows are images.</param>
    /// <param name="notice">Is told what was guessed, and of classes that a part lacks.</param>
    /// <exception cref="UsageException">They have none, or only one.</exception>
    public static ClassifierData Load(string nameOrPath, SettingValues asked, Func<RunImage?, SettingValues> complete, Action<string> notice)
    {
        var source = DataLoader.Open(nameOrPath, asked, notice);
        var classes = ClassesOf(source, nameOrPath);
        var rows = DataLoader.Prepare(source, nameOrPath, complete(source is ImageSource { Images: { } images } ? ImageTrainingData.Describe(images) : null));
        Count(rows, classes, notice);
        string digest = source is TableSource { Table.Labels: { } labels }
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rows.Digest + labels.Digest())))
            : rows.Digest;
        if (rows.Standardize is { } standardize)
        {
            return new(rows, classes, digest, [.. standardize.Mean], [.. standardize.Scale]);
        }

        double mean = rows.Train.Values.Average(), scale = Math.Sqrt(rows.Train.Values.Average(value => (value - mean) * (value - mean)));
        return scale > 0
            ? new(rows, classes, digest, [.. Enumerable.Repeat(mean, rows.Dimension)], [.. Enumerable.Repeat(scale, rows.Dimension)])
            : throw new DataFormatException($"{nameOrPath}: all pixels of all training images are {mean:G4}, so that nothing tells the classes apart.");
    }

    private static IReadOnlyList<string> ClassesOf(DataSource source, string name)
    {
        IReadOnlyList<string> classes = source switch
        {
            ImageSource { Images.Labels.Count: > 0 } images => images.Images.ClassNames,
            ImageSource => throw new UsageException($"{name}: the images have no classes. Give IDX or CIFAR files with labels, or a folder with a folder for each class."),
            TableSource { Table.Labels: { } labels } => OfTable(name, labels),
            TableSource => throw new UsageException($"{name}: which column holds the classes? Give --label COLUMN."),
            _ => throw new UsageException($"'{name}' has no classes; expected images with labels, or a table with --label COLUMN."),
        };
        return classes.Count >= 2
            ? classes
            : throw new UsageException($"{name}: every row is of the class '{string.Join(", ", classes)}'; a classifier needs at least two.");
    }

    private static IReadOnlyList<string> OfTable(string name, TableLabels labels)
    {
        if (labels.Names.Contains(""))
        {
            int row = labels.OfRows.ToList().IndexOf("") + 1;
            throw new DataFormatException($"{name}: row {row} has no label in the column '{labels.Column}'. Fill it, or leave the row out.");
        }

        return labels.Names.Count <= Math.Min(MostClasses, Math.Max(2, labels.OfRows.Count / 2))
            ? labels.Names
            : throw new DataFormatException($"{name}: the column '{labels.Column}' has {labels.Names.Count} different labels in {labels.OfRows.Count} rows; expected classes, of which each has rows, and {MostClasses} at most. Give another --label.");
    }

    private static void Count(TrainingData rows, IReadOnlyList<string> classes, Action<string> notice)
    {
        foreach (var (name, part) in new[] { ("training", rows.Train), ("test", rows.Test) })
        {
            string[] missing = [.. classes.Where((_, i) => !part.Labels.Contains(i))];
            if (name == "training" && classes.Count - missing.Length < 2)
            {
                throw new UsageException($"{rows.Name}: all training rows are of the class '{classes.Except(missing).FirstOrDefault()}'; a classifier needs at least two. Give more rows, or another --seed.");
            }

            if (missing.Length > 0)
            {
                string names = string.Join(", ", missing.Take(Shown)) + (missing.Length > Shown ? ", …" : "");
                notice($"Warning: no {name} row is of the class {names}{(name == "test" ? ", so that the accuracy says nothing of it" : ", so that it cannot be learnt")}.");
            }
        }
    }
}
