using TorchSharp;

namespace FlowOde.Solvers.Fields;

/// <summary>
/// The time of an evaluation: one number for the whole batch, or one for each row. Shared time lets a network fold its gates into
/// the weights; equal times in all rows give the shared result.
/// </summary>
public readonly struct EvaluationTime
{
    private readonly double _shared;

    /// <summary>The same time for all rows.</summary>
    public EvaluationTime(double shared) => _shared = shared;

    /// <summary>A time for each row.</summary>
    /// <param name="rows">The times, [batch], on the state's device. In float64 as far as solves give them, whatever the type of the state: a field that reads large times in float32 should take a difference first. Belongs to the caller.</param>
    public EvaluationTime(torch.Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.dim() != 1)
        {
            throw new ArgumentException($"Times of rows have shape [batch]; these have {rows.dim()} dimensions.", nameof(rows));
        }

        (Rows, _shared) = (rows, double.NaN);
    }

    /// <summary>The times of the rows, [batch], in float64 as far as solves give them, or null where time is shared.</summary>
    public torch.Tensor? Rows { get; }

    /// <summary>The time of all rows.</summary>
    /// <exception cref="InvalidOperationException">Each row has a time of its own.</exception>
    public double Shared => Rows is null
        ? _shared
        : throw new InvalidOperationException("Each row has a time of its own here; this field needs one time for the batch.");

    /// <summary>The same time for all rows.</summary>
    public static implicit operator EvaluationTime(double shared) => new(shared);

    /// <summary>The same time for all rows.</summary>
    public static EvaluationTime FromDouble(double shared) => new(shared);
}
