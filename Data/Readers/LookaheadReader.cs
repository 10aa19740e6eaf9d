using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>Text whose beginning can be looked at before it is read, and whose lines cannot grow without bound.</summary>
internal sealed class LookaheadReader : TextReader
{
    private const int HeadLength = 1 << 16;
    private const int LongestLine = 1 << 24;
    private readonly StreamReader _inner;
    private readonly string _source;
    private readonly char[] _head = new char[HeadLength];
    private readonly int _headCount;
    private int _headRead;
    private int _line;

    /// <summary>Reads the beginning.</summary>
    /// <param name="stream">UTF-8, or UTF-16 or UTF-32 with a byte order mark; stays open.</param>
    /// <param name="source">What to call it in messages.</param>
    internal LookaheadReader(Stream stream, string source)
    {
        _inner = new(stream, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16, leaveOpen: true);
        _source = source;
        _headCount = _inner.ReadBlock(_head);
    }

    /// <summary>The beginning of the text, without a byte order mark.</summary>
    internal ReadOnlySpan<char> Head => _head.AsSpan(0, _headCount);

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override int Read(Span<char> buffer)
    {
        int read;
        if (_headRead < _headCount)
        {
            read = Math.Min(buffer.Length, _headCount - _headRead);
            _head.AsSpan(_headRead, read).CopyTo(buffer);
            _headRead += read;
        }
        else
        {
            read = _inner.Read(buffer);
        }

        var last = buffer[..read].LastIndexOfAny('\n', '\r');
        _line = last < 0 ? _line + read : read - last - 1;
        if (_line > LongestLine)
        {
            throw new DataFormatException($"{_source}: a line is longer than {LongestLine} characters; expected a text table with one row a line.");
        }

        return read;
    }

    /// <inheritdoc/>
    public override int Read()
    {
        var one = '\0';
        return Read(new Span<char>(ref one)) == 0 ? -1 : one;
    }

    /// <inheritdoc/>
    public override int Peek() => _headRead < _headCount ? _head[_headRead] : _inner.Peek();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
