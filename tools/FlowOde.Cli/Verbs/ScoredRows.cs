using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Data.Sources;
using FlowOde.Data.Splits;
using FlowOde.Data.Tables;
using FlowOde.Data.ToyDensities;
using FlowOde.Flows.Randomness;

namespace FlowOde.Cli.Verbs;

/// <summary>Rows to score, in the columns of a model.</summary>
/// <param name="Name">Where they come from.</param>
/// <param name="Part">The rows.</param>
/// <param name="Truth">The density they were drawn from, where it is known.</param>
internal sealed record ScoredRows(string Name, DataPart Part, IToyDensity? Truth)
{
    // Runs use the parts 0 to 2 of their own seed; these rows are of another seed besides.
    private const int FreshPart = 3;
    private const ulong FreshSeed = 0x5C0E;

    /// <summary>Reads rows.</summary>
    /// <param name="nameOrPath">A name or a file.</param>
    /// <param name="columns">The model's columns.</param>
    /// <param name="options">What a table's file does not say about itself.</param>
    /// <param name="notice">Is told what was guessed.</param>
    /// <exception cref="UsageException">The data have other columns.</exception>
    public static ScoredRows Read(string nameOrPath, IReadOnlyList<string> columns, TableReadOptions options, Action<string> notice)
    {
        RunOrData.RequireData(nameOrPath);
        return DataCatalog.Resolve(nameOrPath, options) switch
        {
            TableSource table => FromTable(table.Table, columns, notice),
            ToySource toy => Fresh(toy.Density, columns),
            PictureSource picture => Fresh(picture.Density, columns),
            var other => throw new InvalidOperationException($"No reader for {other.GetType().Name}."),
        };
    }

    private static ScoredRows Fresh(IToyDensity toy, IReadOnlyList<string> columns) => columns.Count == 2
        ? new(toy.Name, ToyTrainingData.Part(toy, new RandomSource(FreshSeed), FreshPart), toy)
        : throw new UsageException($"'{toy.Name}' has 2 columns, but the model has {columns.Count}: {string.Join(", ", columns)}.");

    /// <summary>Rows of a table that was read, in the columns of a model.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">The model's columns.</param>
    /// <param name="notice">Is told what was guessed.</param>
    /// <exception cref="UsageException">The table has other columns.</exception>
    public static ScoredRows FromTable(DataTable table, IReadOnlyList<string> columns, Action<string> notice)
    {
        foreach (string text in table.Notices)
        {
            notice(text);
        }

        int[] chosen = Match(table, columns);
        if (!chosen.SequenceEqual(Enumerable.Range(0, table.ColumnCount)))
        {
            notice($"{table.Source}: columns are matched by name: {string.Join(", ", columns)}.");
        }

        var values = new double[table.RowCount * columns.Count];
        for (int row = 0; row < table.RowCount; row++)
        {
            for (int i = 0; i < chosen.Length; i++)
            {
                values[(row * columns.Count) + i] = table.Row(row)[chosen[i]];
            }
        }

        return new(table.Source, new(values, [.. DistinctGroups.Of(table).GroupOfRow], columns.Count), null);
    }

    /// <summary>The place of each of the model's columns in a table.</summary>
    private static int[] Match(DataTable table, IReadOnlyList<string> columns)
    {
        int[] places = [.. columns.Select(column => table.Columns.ToList().IndexOf(column))];
        if (!places.Contains(-1))
        {
            return places;
        }

        bool isNameless = table.Columns.Select((name, i) => name == $"column_{i + 1}").All(same => same)
            || columns.Select((name, i) => name == $"column_{i + 1}").All(same => same);
        if (isNameless && table.ColumnCount == columns.Count)
        {
            return [.. Enumerable.Range(0, columns.Count)];
        }

        string[] missing = [.. columns.Where((_, i) => places[i] < 0)];
        throw new UsageException(isNameless
            ? $"{table.Source} has {table.ColumnCount} columns without names, but the model has {columns.Count}: {string.Join(", ", columns)}."
            : $"{table.Source} lacks {(missing.Length == 1 ? "the column" : "the columns")} {string.Join(", ", missing)} of the model; it has {string.Join(", ", table.Columns)}.");
    }
}
