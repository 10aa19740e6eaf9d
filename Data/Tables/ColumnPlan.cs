using FlowOde.Data.Sources;

namespace FlowOde.Data.Tables;

/// <summary>Which columns of a file are kept, in which order, and under which names.</summary>
internal sealed class ColumnPlan
{
    private ColumnPlan(int[] kept, string[] names, bool chosen, (int Column, string Name)? label) => (Kept, Names, Chosen, Label) = (kept, names, chosen, label);

    /// <summary>Numbers from 0 of the kept columns in the file.</summary>
    internal int[] Kept { get; }

    /// <summary>Their names.</summary>
    internal string[] Names { get; }

    /// <summary>Whether the user listed them, so that none may be left out silently.</summary>
    internal bool Chosen { get; }

    /// <summary>The column that labels the rows, by number from 0 and name; null where none does.</summary>
    internal (int Column, string Name)? Label { get; }

    /// <summary>Settles the columns of a file.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="found">The names found in the file; blanks and repetitions allowed.</param>
    /// <param name="options">Which to keep.</param>
    /// <param name="notices">Receives what was renamed or left out.</param>
    internal static ColumnPlan Make(string source, IReadOnlyList<string> found, TableReadOptions options, List<string> notices)
    {
        var names = MakeUnique(source, found, notices);
        var left = options.Drop.Select(column => Find(source, names, column, "--drop")).ToHashSet();
        (int Column, string Name)? label = null;
        if (options.Label is not null && (!options.IsLabelOptional || IndexOf(names, options.Label) >= 0))
        {
            var column = Find(source, names, options.Label, "--label");
            label = (column, names[column]);
            left.Add(column);
        }

        var kept = options.Columns.Select(column => Find(source, names, column, "--columns")).ToArray();
        foreach (var column in kept)
        {
            if (left.Contains(column))
            {
                throw new DataFormatException($"{source}: column '{names[column]}' is both kept by --columns and left out by --drop or --label; remove it from one of them.");
            }
        }

        if (kept.Distinct().Count() != kept.Length)
        {
            throw new DataFormatException($"{source}: --columns names a column twice ({string.Join(", ", kept.Select(column => names[column]))}); name each once.");
        }

        if (kept.Length == 0)
        {
            kept = [.. Enumerable.Range(0, names.Length).Where(column => !left.Contains(column))];
        }

        if (kept.Length == 0)
        {
            throw new DataFormatException($"{source}: --drop and --label leave no column; the file has {string.Join(", ", names)}.");
        }

        var dropped = left.Where(column => column != label?.Column).Order().Select(column => names[column]).ToArray();
        if (dropped.Length > 0)
        {
            notices.Add($"{source}: left out as asked: {string.Join(", ", dropped)}.");
        }

        if (label is { Name: var labelling })
        {
            notices.Add($"{source}: {labelling} labels the rows.");
        }

        return new(kept, [.. kept.Select(column => names[column])], options.Columns.Count > 0, label);
    }

    private static int Find(string source, string[] names, string wanted, string option)
    {
        var index = IndexOf(names, wanted);
        if (index >= 0)
        {
            return index;
        }

        var shown = names.Length <= 40 ? string.Join(", ", names) : string.Join(", ", names.Take(40)) + ", …";
        var near = NearestName.Suggest(wanted, names) is { } name ? $" Did you mean '{name}'?" : "";
        throw new DataFormatException($"{source}: {option} names the column '{wanted}', which is not there.{near} The columns are {shown}, or 1 to {names.Length} by number.");
    }

    /// <summary>The column of a name, in any case, or of a number from 1; −1 where there is none.</summary>
    private static int IndexOf(string[] names, string wanted)
    {
        var index = Array.IndexOf(names, wanted);
        if (index < 0)
        {
            index = Array.FindIndex(names, name => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase));
        }

        return index < 0 && int.TryParse(wanted, out var number) && number >= 1 && number <= names.Length ? number - 1 : index;
    }

    private static string[] MakeUnique(string source, IReadOnlyList<string> found, List<string> notices)
    {
        var names = new string[found.Count];
        var taken = new HashSet<string>(found.Count, StringComparer.Ordinal);
        var reserved = found.Select(name => name.Trim()).ToHashSet(StringComparer.Ordinal);
        var renamed = new List<string>();
        for (var i = 0; i < names.Length; i++)
        {
            var wanted = found[i].Trim();
            var name = wanted.Length > 0 ? wanted : $"column_{i + 1}";
            for (var copy = 2; taken.Contains(name) || (name != wanted && reserved.Contains(name)); copy++)
            {
                name = $"{(wanted.Length > 0 ? wanted : $"column_{i + 1}")}_{copy}";
            }

            if (name != wanted)
            {
                renamed.Add(wanted.Length > 0 ? $"column {i + 1} '{wanted}' is now '{name}'" : $"column {i + 1} without a name is now '{name}'");
            }

            taken.Add(name);
            names[i] = name;
        }

        if (renamed.Count > 0)
        {
            notices.Add($"{source}: every column needs a name of its own: {string.Join("; ", renamed.Take(10))}{(renamed.Count > 10 ? $"; and {renamed.Count - 10} more" : "")}.");
        }

        return names;
    }
}
