using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>Gradient steps uphill, each halved until it climbs.</summary>
public sealed record GradientAscent
{
    private const int MostHalvings = 30;

    /// <summary>Number of steps; at least 1.</summary>
    /// <value>10 by default.</value>
    public int Steps
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "An ascent makes at least one step.");
    } = 10;

    /// <summary>Length of the first step tried, as a multiple of the gradient; greater than 0.</summary>
    /// <value>1 by default.</value>
    public double Rate
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Rate)} must be positive.");
    } = 1;

    /// <summary>Climbs from a point.</summary>
    /// <param name="value">The value of a point; writes its gradient over the vector it is given.</param>
    /// <param name="intoPoint">The point; overwritten by a higher one, where one is found.</param>
    /// <returns>How many values were computed.</returns>
    public int Climb(Func<FlatVector, FlatVector, double> value, FlatVector intoPoint)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(intoPoint);
        using var noGradient = no_grad();
        using FlatVector gradient = intoPoint.CreateLike(), slope = intoPoint.CreateLike(), tried = intoPoint.CreateLike();
        VectorRange[] all = [new(0, intoPoint.Layout.Length)];
        double rate = Rate, now = value(intoPoint, gradient);
        int step = 0, halvings = 0;
        while (step < Steps && halvings < MostHalvings)
        {
            LinearCombination.Write(intoPoint, [rate], [gradient], all, tried);
            double next = value(tried, slope);
            if (next > now)
            {
                intoPoint.CopyFrom(tried);
                gradient.CopyFrom(slope);
                (now, step) = (next, step + 1);
            }
            else
            {
                (rate, halvings) = (rate / 2, halvings + 1);
            }
        }

        return 1 + step + halvings;
    }
}
