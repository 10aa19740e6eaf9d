using System.Buffers.Binary;
using System.IO.Compression;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>Unpacks a gzip file and, at its end, checks that all of it was there.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes a file that was cut short for one that ends. The last four bytes of a gzip file state the unpacked length
/// modulo 2³² (RFC 1952), so the bytes are counted and compared once the end is reached.
/// </remarks>
internal sealed class GzipInput : Stream
{
    private readonly Tail _packed;
    private readonly GZipStream _unpacked;
    private readonly string _source;
    private uint _length;

    /// <summary>Starts unpacking.</summary>
    /// <param name="packed">The file; stays open.</param>
    /// <param name="source">What to call it in messages.</param>
    internal GzipInput(Stream packed, string source)
    {
        _source = source;
        _packed = new(packed);
        _unpacked = new(_packed, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = _unpacked.Read(buffer);
        }
        catch (InvalidDataException problem)
        {
            throw new DataFormatException($"{_source}: is not a sound gzip file (damaged, or not gzip at all): unpack and pack it again, or remove .gz from its name if it is not packed.", problem);
        }

        _length += (uint)read;
        if (read == 0 && buffer.Length > 0)
        {
            CheckEnd();
        }

        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    private void CheckEnd()
    {
        _packed.Drain();
        if (_packed.Count < 18 || _packed.LastFour != _length)
        {
            throw new DataFormatException($"{_source}: the gzip file is cut short: {_packed.Count} bytes unpack to {_length}{(_packed.Count < 18 ? "" : $", its last bytes state {_packed.LastFour}")}. Copy it again (or, if several gzip files were joined into one, unpack and pack it again).");
        }
    }

    /// <summary>Passes bytes through and remembers how many and the last four.</summary>
    private sealed class Tail(Stream inner) : Stream
    {
        private uint _last;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        internal long Count { get; private set; }

        internal uint LastFour => BinaryPrimitives.ReverseEndianness(_last);

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            Count += read;
            foreach (var value in buffer[Math.Max(0, read - 4)..read])
            {
                _last = (_last << 8) | value;
            }

            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        internal void Drain()
        {
            Span<byte> rest = stackalloc byte[4096];
            while (Read(rest) > 0)
            {
            }
        }
    }
}
