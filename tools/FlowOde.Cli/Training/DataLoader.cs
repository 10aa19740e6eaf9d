using FlowOde.Cli.Settings;
using FlowOde.Data.Sources;
using FlowOde.Flows.Randomness;

namespace FlowOde.Cli.Training;

/// <summary>From a name or path and options to what a model trains on.</summary>
internal static class DataLoader
{
    /// <summary>Reads data.</summary>
    /// <param name="nameOrPath">A name or a path.</param>
    /// <param name="values">Options of tables.</param>
    /// <param name="notice">Is told what was guessed.</param>
    public static DataSource Open(string nameOrPath, SettingValues values, Action<string> notice)
    {
        var source = DataCatalog.Resolve(nameOrPath, TableSettings.Read(values), images: TableSettings.ReadImages(values));
        foreach (string text in (source as TableSource)?.Table.Notices ?? (source as ImageSource)?.Images.Notices ?? [])
        {
            notice(text);
        }

        return source;
    }

    /// <summary>Prepares data for training: split, standardised.</summary>
    /// <param name="source">The data.</param>
    /// <param name="nameOrPath">The name or path.</param>
    /// <param name="values">Seed and fractions.</param>
    public static TrainingData Prepare(DataSource source, string nameOrPath, SettingValues values)
    {
        string address = File.Exists(nameOrPath) || Directory.Exists(nameOrPath) ? Path.GetFullPath(nameOrPath) : nameOrPath;
        var random = new RandomSource((ulong)values.Integer("seed"));
        return source switch
        {
            TableSource table => TableTrainingData.Make(table.Table, address, TableSettings.Split(values)),
            ToySource toy => ToyTrainingData.Make(toy.Density, address, random),
            ImageSource images => ImageTrainingData.Make(images.Images, address, TableSettings.Split(values), new(values.Flag("flip"), values.Has("shift") ? (int)values.Integer("shift") : 0)),
            PictureSource picture => ToyTrainingData.Make(picture.Density, address, random),
            _ => throw new InvalidOperationException($"No reader for {source.GetType().Name}."),
        };
    }
}
