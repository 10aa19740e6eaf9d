namespace FlowOde.Data.ToyDensities;

/// <summary>A rectangle of the plane, for drawing a density; x to the right, y upward.</summary>
/// <param name="Left">Smallest x.</param>
/// <param name="Right">Largest x.</param>
/// <param name="Bottom">Smallest y.</param>
/// <param name="Top">Largest y.</param>
public readonly record struct PlaneBounds(double Left, double Right, double Bottom, double Top)
{
    /// <summary>The square from −<paramref name="halfWidth"/> to <paramref name="halfWidth"/> in x and y.</summary>
    /// <param name="halfWidth">Half the side; greater than 0.</param>
    /// <returns>A new rectangle.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="halfWidth"/> is not positive.</exception>
    public static PlaneBounds Square(double halfWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfWidth);
        return new(-halfWidth, halfWidth, -halfWidth, halfWidth);
    }
}
