namespace FlowOde.Data.Readers;

/// <summary>Turns every run of blanks within a line into one tab and removes it at either end, so that tables aligned with blanks read as tab-separated ones.</summary>
internal sealed class BlankCollapser(TextReader inner) : TextReader
{
    private readonly char[] _raw = new char[1 << 14];
    private int _rawCount;
    private int _rawRead;
    private bool _pending;
    private bool _lineBegun;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override int Read(Span<char> buffer)
    {
        var written = 0;
        while (written < buffer.Length)
        {
            if (_rawRead == _rawCount)
            {
                if (written > 0)
                {
                    break;
                }

                _rawRead = 0;
                _rawCount = inner.Read(_raw);
                if (_rawCount == 0)
                {
                    break;
                }
            }

            var letter = _raw[_rawRead];
            if (letter is ' ' or '\t')
            {
                _pending = true;
            }
            else if (_pending && _lineBegun && letter is not ('\n' or '\r'))
            {
                _pending = false;
                buffer[written++] = '\t';
                continue;
            }
            else
            {
                _pending = false;
                _lineBegun = letter is not ('\n' or '\r');
                buffer[written++] = letter;
            }

            _rawRead++;
        }

        return written;
    }

    /// <inheritdoc/>
    public override int Read()
    {
        var one = '\0';
        return Read(new Span<char>(ref one)) == 0 ? -1 : one;
    }

    /// <inheritdoc/>
    public override int Peek() => throw new NotSupportedException("Only forward reading is needed.");
}
