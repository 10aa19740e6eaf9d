using FlowOde.Data.Tables;

namespace FlowOde.Data.Splits;

/// <summary>The rows of a table gathered into groups of equal rows.</summary>
/// <remarks>A standard error over rows is too small where rows repeat; over groups it is not.</remarks>
public sealed class DistinctGroups
{
    private DistinctGroups(int[] groupOfRow, int[] firstRow, int[] sizes) => (GroupOfRow, FirstRow, Sizes) = (groupOfRow, firstRow, sizes);

    /// <summary>The group of each row, [rows], numbered from 0 in the order of first occurrence.</summary>
    public IReadOnlyList<int> GroupOfRow { get; }

    /// <summary>The first row of each group, [groups].</summary>
    public IReadOnlyList<int> FirstRow { get; }

    /// <summary>Number of rows of each group, [groups].</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>Number of groups, that is of distinct rows.</summary>
    public int Count => Sizes.Count;

    /// <summary>Gathers the rows of a table.</summary>
    /// <param name="table">The table. Rows are equal if all their numbers have the same bits, the two zeros counting as one.</param>
    /// <returns>The groups.</returns>
    public static DistinctGroups Of(DataTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var known = new Dictionary<int, int>(table.RowCount, new RowComparer(table));
        var groups = new int[table.RowCount];
        var first = new List<int>();
        var sizes = new List<int>();
        for (var row = 0; row < groups.Length; row++)
        {
            if (!known.TryGetValue(row, out var group))
            {
                group = first.Count;
                known.Add(row, group);
                first.Add(row);
                sizes.Add(0);
            }

            groups[row] = group;
            sizes[group]++;
        }

        return new(groups, [.. first], [.. sizes]);
    }

    /// <summary>The bits of a number, with one zero only.</summary>
    internal static long Bits(double value) => BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value);

    private sealed class RowComparer(DataTable table) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y)
        {
            var a = table.Row(x);
            var b = table.Row(y);
            for (var i = 0; i < a.Length; i++)
            {
                if (Bits(a[i]) != Bits(b[i]))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(int obj)
        {
            var hash = 0L;
            foreach (var value in table.Row(obj))
            {
                hash = (hash ^ Bits(value)) * unchecked((long)0x9E3779B97F4A7C15);
                hash ^= (long)((ulong)hash >> 29);
            }

            return (int)(hash ^ (hash >> 32));
        }
    }
}
