using FlowOde.Data.Tables;

namespace FlowOde.Data.Splits;

/// <summary>Which rows of a table train, validate and test a model.</summary>
/// <remarks>
/// Equal rows are always on the same side. Which side is decided by a hash of the row and the seed, so adding nothing but a new order to
/// a file changes nothing. Published parts are kept; a missing one is taken out of the published training rows.
/// </remarks>
public sealed class DataSplit
{
    private DataSplit(int[] train, int[] validation, int[] test, DistinctGroups groups) => (Train, Validation, Test, Groups) = (train, validation, test, groups);

    /// <summary>Rows for training, ascending; at least 1.</summary>
    public IReadOnlyList<int> Train { get; }

    /// <summary>Rows for validation, ascending.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>Rows for the test, ascending.</summary>
    public IReadOnlyList<int> Test { get; }

    /// <summary>The groups of equal rows of the whole table.</summary>
    public DistinctGroups Groups { get; }

    /// <summary>Splits a table.</summary>
    /// <param name="table">The table; at least one row.</param>
    /// <param name="options">Fractions and seed. Parts are as near to their fraction as groups allow; with too few groups training comes before validation and that before test.</param>
    /// <returns>The split; together its parts hold every row once.</returns>
    /// <exception cref="DataFormatException">The table has no rows.</exception>
    /// <exception cref="ArgumentException">The fractions leave nothing for training.</exception>
    public static DataSplit Make(DataTable table, SplitOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        if (options.ValidationFraction + options.TestFraction >= 1)
        {
            throw new ArgumentException($"The fractions {options.ValidationFraction} (validation) and {options.TestFraction} (test) leave nothing for training; their sum must be less than 1.", nameof(options));
        }

        table.RequireRows(1, "splitting");
        var groups = DistinctGroups.Of(table);
        var published = table.Parts ?? new PublishedParts { TrainRows = table.RowCount };
        var test = Enumerable.Range(published.TrainRows + published.ValidationRows, published.TestRows).ToArray();
        var validation = Enumerable.Range(published.TrainRows, published.ValidationRows).ToArray();
        var pool = Deal(table, groups, options.Seed, published.TrainRows);
        var takeTest = test.Length == 0 && options.TestFraction > 0;
        var takeValidation = validation.Length == 0 && options.ValidationFraction > 0;
        if (takeTest)
        {
            test = Take(pool, options.TestFraction * published.TrainRows, takeValidation ? 2 : 1);
        }

        if (takeValidation)
        {
            validation = Take(pool, options.ValidationFraction * published.TrainRows, 1);
        }

        return new([.. pool.SelectMany(rows => rows).Order()], validation, test, groups);
    }

    /// <summary>The rows before <paramref name="end"/> as groups in the order of their hashes.</summary>
    private static List<List<int>> Deal(DataTable table, DistinctGroups groups, ulong seed, int end)
    {
        var members = new List<int>[groups.Count];
        for (var row = 0; row < end; row++)
        {
            (members[groups.GroupOfRow[row]] ??= []).Add(row);
        }

        return [.. GroupOrder.Shuffle(table, groups, seed).Select(group => members[group]).Where(rows => rows is not null)];
    }

    /// <summary>Takes whole groups out of the pool, in order, skipping those that would overshoot the target.</summary>
    private static int[] Take(List<List<int>> pool, double target, int leave)
    {
        var taken = new List<int>();
        var rest = new List<List<int>>(pool.Count);
        var available = pool.Count - leave;
        foreach (var rows in pool)
        {
            if (available > 0 && taken.Count + rows.Count <= Math.Round(target))
            {
                taken.AddRange(rows);
                available--;
            }
            else
            {
                rest.Add(rows);
            }
        }

        // What is still missing may be nearer with one more group; and a part is not left empty if it can be helped.
        var smallest = rest.MinBy(rows => rows.Count);
        if (available > 0 && smallest is not null && (taken.Count == 0 || Math.Abs(taken.Count + smallest.Count - target) < Math.Abs(taken.Count - target)))
        {
            taken.AddRange(smallest);
            rest.Remove(smallest);
        }

        pool.Clear();
        pool.AddRange(rest);
        return [.. taken.Order()];
    }
}
