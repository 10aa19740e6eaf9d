using System.Security.Cryptography;
using System.Text;

namespace FlowOde.Data.Tables;

/// <summary>The column of a table that labels its rows.</summary>
public sealed class TableLabels
{
    private readonly string[] _ofRows;

    /// <summary>Takes the cells of the column.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="ofRows">The text of each row's cell; blank where it has none. The labels' own from now on.</param>
    public TableLabels(string column, string[] ofRows)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(ofRows);
        (Column, _ofRows) = (column, ofRows);
        var different = ofRows.Distinct(StringComparer.Ordinal);
        Names = [.. ofRows.All(label => double.TryParse(label, out _)) ? different.OrderBy(double.Parse) : different.Order(StringComparer.Ordinal)];
    }

    /// <summary>The column's name.</summary>
    public string Column { get; }

    /// <summary>The label of each row, blank where it has none.</summary>
    public IReadOnlyList<string> OfRows => _ofRows;

    /// <summary>The different labels, in the order of numbers where all are numbers, otherwise in that of texts.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of each row's label among <see cref="Names"/>.</summary>
    public int[] ToNumbers()
    {
        var places = Names.Select((name, i) => (name, i)).ToDictionary(entry => entry.name, entry => entry.i, StringComparer.Ordinal);
        return Array.ConvertAll(_ofRows, label => places[label]);
    }

    /// <summary>SHA-256 of the labels, 64 lower-case hexadecimal digits.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var label in _ofRows)
        {
            var text = Encoding.UTF8.GetBytes(label);
            hash.AppendData(BitConverter.GetBytes(text.Length)); // first, so that labels cannot run into each other
            hash.AppendData(text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
