namespace FlowOde.Data.Sources;

/// <summary>What somebody who mistyped a name may have meant.</summary>
public static class NearestName
{
    private const int LongestName = 200;

    /// <summary>The known name nearest to a mistyped one, by the number of letters to insert, delete, replace or swap; case counts for nothing.</summary>
    /// <remarks>Optimal string alignment distance (Damerau 1964).</remarks>
    /// <param name="name">The name that was not found.</param>
    /// <param name="known">The names there are.</param>
    /// <returns>The nearest, the first of equals; <see langword="null"/> if none is within a third of the letters, or two.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static string? Suggest(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        if (name.Length is 0 or > LongestName)
        {
            return null;
        }

        string? best = null;
        var least = Math.Max(2, name.Length / 3) + 1;
        foreach (var candidate in known)
        {
            // Fewer edits than letters, or two letters would be "near" everything short.
            if (candidate.Length <= LongestName && Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant()) is var distance && distance < least && distance < Math.Max(name.Length, candidate.Length))
            {
                (best, least) = (candidate, distance);
            }
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, 1 + Math.Min(previous[j], current[j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[b.Length];
    }
}
