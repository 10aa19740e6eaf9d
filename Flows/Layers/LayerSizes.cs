using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Layers;

/// <summary>
/// The widths of a chain of layers: layer l maps <c>Widths[l]</c> numbers to <c>Widths[l + 1]</c>, or as many channels of an image where
/// <see cref="Areas"/> say that layers are convolutions.
/// </summary>
public sealed record LayerSizes
{
    private const int Wide = 128;
    private const int Multiple = VectorLayout.Alignment; // so that biases, too, have room

    private LayerSizes? _stored;

    /// <summary>Describes a chain.</summary>
    /// <param name="widths">Input width, hidden widths, output width; at least two, each at least 1.</param>
    public LayerSizes(params IEnumerable<long> widths)
    {
        Widths = [.. widths];
        if (Widths.Count < 2 || Widths.Any(width => width < 1))
        {
            throw new ArgumentException($"A chain of layers has at least two widths, all at least 1; found [{string.Join(", ", Widths)}].", nameof(widths));
        }
    }

    /// <summary>Input width, hidden widths, output width.</summary>
    public IReadOnlyList<long> Widths { get; }

    /// <summary>Number of weights between an input and an output of each layer of convolutions: the pixels of its kernel, at least 1.</summary>
    /// <value>None by default, for matrices.</value>
    public IReadOnlyList<long> Areas
    {
        get;
        init => field = value is not null && value.Count == Count && value.All(area => area >= 1)
            ? [.. value]
            : throw new ArgumentException($"{nameof(Areas)} holds the pixels of the kernel of each of {Count} layers, at least 1; found [{string.Join(", ", value ?? [])}].", nameof(value));
    } = [];

    /// <summary>Number of affine outputs of a layer for each number that it hands on: 2 where a second half of them gates the first.</summary>
    /// <value>1 by default.</value>
    public long OutputsPerUnit
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(OutputsPerUnit)} is at least 1.");
    } = 1;

    /// <summary>Number of layers.</summary>
    public int Count => Widths.Count - 1;

    /// <summary>Whether layers are convolutions.</summary>
    public bool AreConvolutions => Areas.Count > 0;

    /// <summary>
    /// The widths as they stand in memory: of matrices, wide hidden layers are rounded up to a multiple of 16, since libraries multiply 860 columns a good tenth slower
    /// than 864 (measured with MKL). The further columns have weights of zero, so they change nothing.
    /// </summary>
    internal LayerSizes Stored => _stored ??= AreConvolutions || OutputsPerUnit > 1 ? this : new(Widths.Select((width, i) => i == 0 || i == Count || width < Wide ? width : (width + Multiple - 1) / Multiple * Multiple));

    /// <summary>Number of weights between an input and an output of a layer: 1 of a matrix.</summary>
    public long Area(int layer) => AreConvolutions ? Areas[layer] : 1;

    /// <summary>Number of weights of each output of a layer: its inputs, of a convolution those under the kernel.</summary>
    public long In(int layer) => Widths[layer] * Area(layer);

    /// <summary>Number of affine outputs of a layer.</summary>
    public long Out(int layer) => Widths[layer + 1] * OutputsPerUnit;
}
