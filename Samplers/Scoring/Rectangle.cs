namespace FlowOde.Samplers.Scoring;

/// <summary>A rectangle of the plane, in data units.</summary>
/// <param name="Left">Smallest first coordinate.</param>
/// <param name="Right">Largest first coordinate.</param>
/// <param name="Bottom">Smallest second coordinate.</param>
/// <param name="Top">Largest second coordinate.</param>
public sealed record Rectangle(double Left, double Right, double Bottom, double Top)
{
    /// <summary>The area.</summary>
    public double Area => (Right - Left) * (Top - Bottom);

    /// <summary>The centres of nx × ny cells, row by row from the bottom, [ny · nx, 2].</summary>
    public double[] CellCentres(int nx, int ny)
    {
        var points = new double[2 * nx * ny];
        for (int y = 0, at = 0; y < ny; y++)
        {
            for (int x = 0; x < nx; x++)
            {
                points[at++] = Left + ((x + 0.5) * (Right - Left) / nx);
                points[at++] = Bottom + ((y + 0.5) * (Top - Bottom) / ny);
            }
        }

        return points;
    }
}
