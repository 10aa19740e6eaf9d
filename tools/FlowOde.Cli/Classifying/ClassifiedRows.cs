using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;
using FlowOde.Data.Sources;

namespace FlowOde.Cli.Classifying;

/// <summary>Rows that a trained classifier is to look at, with their classes as it numbers them where they have any.</summary>
/// <param name="Name">Where they come from.</param>
/// <param name="Part">The rows; labels of −1 are of no class that it knows.</param>
internal sealed record ClassifiedRows(string Name, DataPart Part)
{
    /// <summary>The test rows of a run.</summary>
    /// <param name="config">The run's configuration.</param>
    /// <exception cref="UsageException">The data have changed.</exception>
    public static ClassifiedRows Test(RunConfig config)
    {
        var data = ClassifierData.Load(config.Data, config.Values, _ => config.Values, _ => { });
        return data.Digest == config.Digest
            ? new("the run's test rows", data.Rows.Test)
            : throw new UsageException($"The data '{config.Data}' have changed since the run, so its test rows are not known; give DATA.");
    }

    /// <summary>Rows by name or path, in the shape of the run's.</summary>
    /// <param name="nameOrPath">A name, a file or a folder.</param>
    /// <param name="config">The run's configuration.</param>
    /// <param name="given">What a table's file does not say about itself; the column of the classes is the run's where nothing else is said and the file has it.</param>
    /// <param name="notice">Is told what was guessed.</param>
    /// <exception cref="UsageException">They have another shape.</exception>
    public static ClassifiedRows Read(string nameOrPath, RunConfig config, SettingValues given, Action<string> notice)
    {
        if (config.Image is not null)
        {
            return new(nameOrPath, RunImages.Read(nameOrPath, config, notice));
        }

        RunOrData.RequireData(nameOrPath);
        var reading = TableSettings.Read(given);
        var options = reading.Label is null ? reading with { Label = config.Values.TextOrNull("label"), IsLabelOptional = true } : reading;
        if (DataCatalog.Resolve(nameOrPath, options) is not TableSource { Table: { } table })
        {
            throw new UsageException($"'{nameOrPath}' is no table, which the classifier needs: {string.Join(", ", config.Columns)}.");
        }

        var rows = ScoredRows.FromTable(table, config.Columns, notice).Part;
        return new(table.Source, table.Labels is { } labels ? rows with { Labels = Numbered(labels.OfRows, config.Classes!, table.Source, notice) } : rows);
    }

    private static int[] Numbered(IReadOnlyList<string> labels, IReadOnlyList<string> classes, string source, Action<string> notice)
    {
        var places = classes.Select((name, i) => (name, i)).ToDictionary(entry => entry.name, entry => entry.i, StringComparer.Ordinal);
        if (labels.FirstOrDefault(label => !places.ContainsKey(label)) is { } unknown)
        {
            notice($"{source}: the classifier does not know the class '{unknown}'; such rows count as being of no class.");
        }

        return [.. labels.Select(label => places.GetValueOrDefault(label, -1))];
    }
}
