using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Newton;

/// <summary>The evolving entries of flat vectors as numbers behind each other, for small dense linear algebra.</summary>
internal sealed class EvolvingEntries
{
    private readonly VectorRange[] _segments;
    private readonly double[] _whole;

    public EvolvingEntries(VectorLayout layout)
    {
        _segments = [.. layout.Segments.Where(segment => segment.Role == SegmentRole.Evolving).Select(segment => new VectorRange(segment.Offset, segment.Length))];
        Count = _segments.Sum(segment => segment.Length);
        _whole = new double[layout.Length];
    }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    public void Read(FlatVector vector, Span<double> into)
    {
        vector.CopyTo(_whole);
        int at = 0;
        foreach (var (offset, length) in _segments)
        {
            _whole.AsSpan((int)offset, (int)length).CopyTo(into[at..]);
            at += (int)length;
        }
    }

    public void Write(ReadOnlySpan<double> values, FlatVector into)
    {
        int at = 0;
        using var scope = into.IsOnCpu ? null : NewDisposeScope();
        foreach (var (offset, length) in _segments)
        {
            var part = values.Slice(at, (int)length);
            at += (int)length;
            if (!into.IsOnCpu)
            {
                into.Flat.narrow(0, offset, length).copy_(tensor(part.ToArray()));
            }
            else if (into.DType == ScalarType.Float64)
            {
                part.CopyTo(into.AsSpan<double>()[(int)offset..]);
            }
            else
            {
                var target = into.AsSpan<float>().Slice((int)offset, (int)length);
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = (float)part[i];
                }
            }
        }
    }
}
