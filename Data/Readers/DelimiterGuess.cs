namespace FlowOde.Data.Readers;

/// <summary>Finds what separates the columns of a text table from its first lines.</summary>
internal static class DelimiterGuess
{
    private const int Lines = 20;

    /// <summary>The delimiter: one that occurs equally often in every line, else the most frequent in the first line.</summary>
    /// <remarks>The semicolon comes before the comma: where both fit, the commas are decimal ones, which the reader then explains.</remarks>
    /// <param name="head">The beginning of the text.</param>
    /// <returns>One character; a blank stands for any run of blanks; <see langword="null"/> if there is one column.</returns>
    internal static char? Find(ReadOnlySpan<char> head)
    {
        Span<char> candidates = ['\t', ';', '|', ',', ' '];
        var lines = FirstLines(head);
        char? frequent = null;
        var most = 0;
        foreach (var candidate in candidates)
        {
            var first = lines.Count == 0 ? 0 : Count(lines[0], candidate);
            if (first > 0 && lines.TrueForAll(line => Count(line, candidate) == first))
            {
                return candidate;
            }

            // Blanks within names or dates are no sign of columns unless every line has as many.
            if (first > most && candidate != ' ')
            {
                (frequent, most) = (candidate, first);
            }
        }

        return frequent ?? (lines.Count > 0 && Count(lines[0], ' ') > 0 && lines.TrueForAll(line => double.TryParse(FirstWord(line), out _)) ? ' ' : null);
    }

    private static List<string> FirstLines(ReadOnlySpan<char> head)
    {
        var lines = new List<string>();
        var start = 0;
        var quoted = false;
        for (var i = 0; i < head.Length && lines.Count < Lines; i++)
        {
            quoted ^= head[i] == '"';
            if (!quoted && head[i] is '\n' or '\r')
            {
                Add(head[start..i], lines);
                start = i + 1;
            }
        }

        // The last line may be cut off where the head ends; alone it is better than nothing.
        if (lines.Count == 0)
        {
            Add(head[start..], lines);
        }

        return lines;
    }

    private static void Add(ReadOnlySpan<char> line, List<string> into)
    {
        if (!line.IsWhiteSpace())
        {
            into.Add(line.ToString());
        }
    }

    private static string FirstWord(string line) => line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries)[0];

    private static int Count(string line, char delimiter)
    {
        if (delimiter == ' ')
        {
            return line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length - 1;
        }

        var count = 0;
        var quoted = false;
        foreach (var letter in line)
        {
            quoted ^= letter == '"';
            count += !quoted && letter == delimiter ? 1 : 0;
        }

        return count;
    }
}
