using static TorchSharp.torch;

namespace FlowOde.Samplers.Scoring;

/// <summary>The context of some rows as a tensor.</summary>
internal static class RowContext
{
    /// <summary>The context of rows in a chunk.</summary>
    /// <param name="context">[count, context] row by row; empty for none.</param>
    /// <param name="count">Number of all rows.</param>
    /// <param name="first">The first row of the chunk.</param>
    /// <param name="size">Rows of the chunk.</param>
    /// <param name="options">Type and device.</param>
    /// <returns>[size, context], of the caller's scope; null for none.</returns>
    /// <exception cref="ArgumentException">The numbers are not as many for each row.</exception>
    public static Tensor? Of(ReadOnlyMemory<double> context, int count, long first, int size, ScorerOptions options)
    {
        if (context.IsEmpty)
        {
            return null;
        }

        if (context.Length % count != 0)
        {
            throw new ArgumentException($"{context.Length} numbers are no context of {count} rows.", nameof(context));
        }

        int columns = context.Length / count;
        using var scope = NewDisposeScope();
        return tensor(context.Slice((int)first * columns, size * columns).ToArray(), size, columns).to(options.DType).to(options.Device).MoveToOuterDisposeScope();
    }
}
