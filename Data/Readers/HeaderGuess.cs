namespace FlowOde.Data.Readers;

/// <summary>Tells from the first two records of a text table whether the first names the columns.</summary>
internal static class HeaderGuess
{
    private static readonly string[] _missing = ["", "?", "-", "na", "n/a", "nan", "null", "none", "inf", "-inf", "infinity", "-infinity"];

    /// <summary>Whether the first record is a header.</summary>
    /// <remarks>It is if no cell of it is a number, or if fewer cells are numbers than are words standing over a number. Marks of missing values are neither.</remarks>
    /// <param name="first">The first record.</param>
    /// <param name="second">The second, or <see langword="null"/>.</param>
    internal static bool IsHeader(IReadOnlyList<string> first, IReadOnlyList<string>? second)
    {
        var numbers = first.Count(IsNumber);
        var words = first.Count(cell => !IsNumber(cell) && !_missing.Contains(cell.Trim(), StringComparer.OrdinalIgnoreCase));
        if (numbers == 0)
        {
            return words > 0;
        }

        var wordsOverNumbers = second is null ? 0 : first.Zip(second).Count(pair => !IsNumber(pair.First) && !_missing.Contains(pair.First.Trim(), StringComparer.OrdinalIgnoreCase) && IsNumber(pair.Second));
        return wordsOverNumbers > numbers;
    }

    private static bool IsNumber(string cell) => double.TryParse(cell, out var value) && double.IsFinite(value);
}
