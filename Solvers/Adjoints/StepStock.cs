using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>Vectors and step records that are used again and again in solves of one kind. Not thread-safe.</summary>
/// <param name="layout">The layout of a state.</param>
/// <param name="dtype">Float32 or Float64.</param>
/// <param name="device">The device.</param>
/// <param name="carried">Number of vectors that a step starts from.</param>
/// <param name="tapes">Number of tapes of a step.</param>
/// <param name="stages">Number of derivatives of a step.</param>
internal sealed class StepStock(VectorLayout layout, ScalarType dtype, Device device, int carried, int tapes, int stages) : IDisposable
{
    private readonly VectorStock _vectors = new(layout, dtype, device);
    private readonly Stack<StepRecord> _records = new();

    /// <summary>Native memory of a vector with its objects.</summary>
    public long VectorBytes => _vectors.VectorBytes;

    /// <summary>Room for the steps of one solve by their numbers; empty between solves.</summary>
    public Dictionary<int, StepRecord> Taped { get; } = [];

    /// <summary>A vector that nobody uses, with any content.</summary>
    public FlatVector Rent() => _vectors.Rent();

    /// <summary>A record that nobody uses, whose arrays hold nothing that counts.</summary>
    public StepRecord RentStep() => _records.TryPop(out var record)
        ? record
        : new() { Time = 0, NextTime = 0, Start = new FlatVector[carried], Tapes = new FieldTape[tapes], Derivatives = new FlatVector[stages] };

    /// <summary>Takes a vector back.</summary>
    public void Return(FlatVector vector) => _vectors.Return(vector);

    /// <summary>Takes a record back, whose vectors and tapes are somebody else's again.</summary>
    public void Return(StepRecord record) => _records.Push(record);

    /// <inheritdoc/>
    public void Dispose() => _vectors.Dispose();
}
