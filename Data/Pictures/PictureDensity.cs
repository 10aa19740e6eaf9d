using FlowOde.Data.Randomness;
using FlowOde.Data.Tables;
using FlowOde.Data.ToyDensities;

namespace FlowOde.Data.Pictures;

/// <summary>A picture read as a density on the plane: constant within each pixel, proportional to its luminance.</summary>
/// <remarks>The picture is centred at the origin, its longer side reaches from −4 to 4, and y points upward. Immutable.</remarks>
public sealed class PictureDensity : IToyDensity
{
    private const double HalfWidth = 4;
    private readonly double[] _cumulative;
    private readonly double _pixel;

    /// <summary>Makes a density from pixel weights.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="weights">Weight of each pixel, [height, width], from the top row down; not negative, not all 0.</param>
    /// <param name="width">Pixels per row.</param>
    /// <exception cref="ArgumentException">The weights do not fill whole rows or one is negative or not finite.</exception>
    /// <exception cref="DataFormatException">All weights are 0.</exception>
    public PictureDensity(string name, ReadOnlySpan<double> weights, int width)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (weights.Length == 0 || weights.Length % width != 0)
        {
            throw new ArgumentException($"{weights.Length} weights do not fill rows of {width} pixels.", nameof(weights));
        }

        (Name, Width, Height) = (name, width, weights.Length / width);
        _pixel = 2 * HalfWidth / Math.Max(Width, Height);
        _cumulative = new double[weights.Length + 1];
        var logs = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (!double.IsFinite(weights[i]) || weights[i] < 0)
            {
                throw new ArgumentException($"Pixel {i} has weight {weights[i]}; expected a finite number of 0 or more.", nameof(weights));
            }

            _cumulative[i + 1] = _cumulative[i] + weights[i];
            logs += weights[i] > 0 ? weights[i] * Math.Log(weights[i]) : 0;
        }

        var total = _cumulative[^1];
        if (total == 0)
        {
            throw new DataFormatException($"{name}: the picture has no weight anywhere (all black, all white or transparent), so it is no density; try the other tone.");
        }

        Entropy = Math.Log(total) - (logs / total) + (2 * Math.Log(_pixel));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Description => $"picture of {Width} x {Height} pixels as a density";

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Number of pixel rows.</summary>
    public int Height { get; }

    /// <inheritdoc/>
    public PlaneBounds Bounds => new(-Width * _pixel / 2, Width * _pixel / 2, -Height * _pixel / 2, Height * _pixel / 2);

    /// <inheritdoc/>
    public DensityForm Form => DensityForm.ClosedForm;

    /// <inheritdoc/>
    public bool HasExactDensity => true;

    /// <summary>−E[log p], nats, exact for the piecewise constant density.</summary>
    public double? Entropy { get; }

    /// <inheritdoc/>
    public double LogDensity(double x, double y)
    {
        var column = Math.Floor((x / _pixel) + (Width / 2.0));
        var row = Math.Floor((Height / 2.0) - (y / _pixel));
        if (!(column >= 0 && column < Width && row >= 0 && row < Height))
        {
            return double.NegativeInfinity;
        }

        var pixel = ((int)row * Width) + (int)column;
        return Math.Log((_cumulative[pixel + 1] - _cumulative[pixel]) / (_cumulative[^1] * _pixel * _pixel));
    }

    /// <inheritdoc/>
    public void Sample(IUniformSource source, int count, Span<double> into)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (into.Length != 2L * count)
        {
            throw new ArgumentException($"{count} samples of {Name} need room for {2L * count} numbers, found {into.Length}.", nameof(into));
        }

        for (var i = 0; i < count; i++)
        {
            var pixel = Find(source.NextUniform() * _cumulative[^1]);
            into[2 * i] = ((pixel % Width) + source.NextUniform() - (Width / 2.0)) * _pixel;
            into[(2 * i) + 1] = ((Height / 2.0) - (pixel / Width) - source.NextUniform()) * _pixel;
        }
    }

    /// <summary>The pixel whose share of the cumulative weights holds a level; never one of weight 0.</summary>
    private int Find(double level)
    {
        var (low, high) = (0, _cumulative.Length - 1);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = _cumulative[middle] <= level ? (middle, high) : (low, middle);
        }

        // Rounding can carry the level up to the total, behind which only weightless pixels may lie.
        while (_cumulative[low + 1] == _cumulative[low])
        {
            low--;
        }

        return low;
    }
}
