using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>Eight squares of side 2 in the pattern of a chessboard on [−4, 4)²; the density is 1/32 on them and 0 elsewhere (FFJORD).</summary>
internal sealed class Checkerboard : ToyDensity
{
    private static readonly double _logArea = Math.Log(32);

    /// <inheritdoc/>
    public override string Name => "checkerboard";

    /// <inheritdoc/>
    public override string Description => "eight uniform squares of a chessboard";

    /// <inheritdoc/>
    public override PlaneBounds Bounds => PlaneBounds.Square(4.5);

    /// <inheritdoc/>
    public override DensityForm Form => DensityForm.ClosedForm;

    /// <inheritdoc/>
    public override double LogDensity(double x, double y)
    {
        var inside = x is >= -4 and < 4 && y is >= -4 and < 4;
        var even = (((long)Math.Floor(x / 2) + (long)Math.Floor(y / 2)) & 1) == 0;
        return inside && even ? -_logArea : double.NegativeInfinity;
    }

    private protected override (double X, double Y) Draw(IUniformSource source)
    {
        var column = (4 * source.NextUniform()) - 2;
        var shift = Math.Abs(Math.Floor(column) % 2);
        var row = source.NextUniform() - (2 * Choose(source, 2)) + shift;

        // (1 − 2⁻⁵³) + 1 rounds to the upper border, which belongs to the next square.
        row = row >= 2 ? Math.BitDecrement(2.0) : row;
        return (2 * column, 2 * row);
    }

    private protected override double ComputeEntropy() => _logArea;
}
