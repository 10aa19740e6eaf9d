using CsvHelper;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>The records of a text table, with our messages in place of the parser's.</summary>
internal sealed class CsvRecords : IDisposable
{
    private const int LongestRecord = 1 << 24;
    private readonly CsvReader _reader;
    private readonly string _source;

    /// <summary>Opens the records.</summary>
    /// <param name="text">The text; stays open.</param>
    /// <param name="delimiter">One character; a blank stands for any run of blanks, and then quotes mean nothing.</param>
    /// <param name="source">What to call it in messages.</param>
    internal CsvRecords(TextReader text, char delimiter, string source)
    {
        _source = source;
        try
        {
            _reader = CsvReader.Create(delimiter == ' ' ? new BlankCollapser(text) : text, new CsvReaderOptions
            {
                Separator = delimiter == ' ' ? '\t' : delimiter,
                Mode = delimiter == ' ' ? CsvMode.NoEscape : CsvMode.Rfc4180,
                HasHeader = false,
                TrimWhitespace = true,
                WhitespaceCharacters = delimiter == '\t' ? " " : " \t",
                SkipEmptyLines = true,
                TrackLineNumbers = true,
                MalformedData = CsvMalformedDataHandling.Throw,
                MaxRecordSize = LongestRecord,
            }, leaveOpen: true);
        }
        catch (ArgumentException problem)
        {
            throw new DataFormatException($"{source}: the delimiter '{delimiter}' cannot be used: {problem.Message}", problem);
        }
    }

    /// <summary>Number of fields of the current record.</summary>
    internal int Count => _reader.FieldCount;

    /// <summary>The line, from 1, on which the current record begins.</summary>
    internal long Line => _reader.LineNumber;

    /// <summary>A field of the current record as UTF-8, valid until the next one.</summary>
    internal ReadOnlySpan<byte> Field(int index) => _reader.GetSpan(index);

    /// <summary>Moves to the next record that is no blank line.</summary>
    /// <returns><see langword="false"/> at the end.</returns>
    internal bool Next()
    {
        try
        {
            while (_reader.Read())
            {
                if (Count > 1 || Field(0).ContainsAnyExcept(" \t"u8))
                {
                    return true;
                }
            }

            return false;
        }
        catch (CsvFormatException problem)
        {
            throw new DataFormatException($"{_source}, line {Math.Max(1, problem.LineNumber)}: the quotes of a field do not match, or a line is longer than {LongestRecord} bytes: {problem.Message.Split('\n')[0].TrimEnd()} A quoted field must be quoted as a whole, with each inner quote doubled.", problem);
        }
    }

    /// <summary>The current record as text.</summary>
    internal string[] ToArray() => _reader.Current.ToArray();

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
