using FlowOde.Data.Numerics;
using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>Five blades: a normal blob at radius 1 (deviations 0.3 along, 0.1 across), turned by a fifth of a circle each and by a further 0.25 exp(radial coordinate), times 2 (FFJORD).</summary>
/// <remarks>
/// The turn depends on the point, so the map does not keep area: with f = r(cos α, sin α) before the turn and the point at angle β after
/// it, β = g(α) = α − 0.25 exp(r cos α) − (class angle), r stays, and the density is that of f over |g′(α)|, summed over classes and over the
/// roots α of g(α) = β. g is monotone but for at most one fold, so every root lies in one of three brackets.
/// </remarks>
internal sealed class Pinwheel : ToyDensity
{
    private const double Radial = 0.3;
    private const double Tangential = 0.1;
    private const double Rate = 0.25;
    private const double Scale = 2;
    private const int Blades = 5;
    private const double Fifth = 2 * Math.PI / Blades;
    private const double FarRadius = 7;

    /// <inheritdoc/>
    public override string Name => "pinwheel";

    /// <inheritdoc/>
    public override string Description => "five bent blades of a pinwheel";

    /// <inheritdoc/>
    public override PlaneBounds Bounds => PlaneBounds.Square(4.5);

    /// <inheritdoc/>
    public override DensityForm Form => DensityForm.RootFinding;

    /// <inheritdoc/>
    public override double LogDensity(double x, double y)
    {
        var r = Math.Sqrt((x * x) + (y * y)) / Scale;
        var normalizer = Math.Log(Scale * Scale * 2 * Math.PI * Radial * Tangential);
        if (r > FarRadius)
        {
            return FarLogDensity(r) - normalizer;
        }

        var beta = Math.Atan2(y, x);
        var sum = new LogSum();
        Span<double> ends = stackalloc double[4];
        var pieces = MonotonePieces(r, ends);
        for (var piece = 0; piece < pieces; piece++)
        {
            AddRoots(r, beta, ends[piece], ends[piece + 1], ref sum);
        }

        return sum.Value - Math.Log(Blades) - normalizer;
    }

    private protected override (double X, double Y) Draw(IUniformSource source)
    {
        var blade = Choose(source, Blades);
        return Place(1 + (Radial * source.NextNormal()), Tangential * source.NextNormal(), blade);
    }

    // All blades are alike, so the mean over one of them is the mean over all.
    private protected override double ComputeEntropy() => -Cubature.NormalMean((a, b) =>
    {
        var (x, y) = Place(1 + (Radial * a), Tangential * b, 0);
        return LogDensity(x, y);
    });

    private static (double X, double Y) Place(double along, double across, int blade)
    {
        var (sin, cos) = Math.SinCos((blade * Fifth) + (Rate * Math.Exp(along)));
        return (Scale * ((along * cos) + (across * sin)), Scale * ((across * cos) - (along * sin)));
    }

    private static double Angle(double r, double alpha) => alpha - (Rate * Math.Exp(r * Math.Cos(alpha)));

    private static double Slope(double r, double alpha) => 1 + (Rate * r * Math.Sin(alpha) * Math.Exp(r * Math.Cos(alpha)));

    /// <summary>Splits [−π, π] where g′ changes sign; the fold, if any, lies around its steepest angle, where cos α = r sin² α.</summary>
    private static int MonotonePieces(double r, Span<double> ends)
    {
        ends[0] = -Math.PI;
        ends[1] = Math.PI;
        var steepest = r > 1e-8 ? -Math.Acos(2 * r / (1 + Math.Sqrt(1 + (4 * r * r)))) : -Math.PI / 2;
        if (Slope(r, steepest) >= 0)
        {
            return 1;
        }

        ends[1] = Root(alpha => Slope(r, alpha), -Math.PI, steepest);
        ends[2] = Root(alpha => Slope(r, alpha), steepest, 0);
        ends[3] = Math.PI;
        return 3;
    }

    /// <summary>Adds the density of every root between two ends; the classes are the roots of g(α) = β + j·72°, j any integer.</summary>
    private static void AddRoots(double r, double beta, double from, double to, ref LogSum sum)
    {
        var (low, high) = (Angle(r, from), Angle(r, to));
        (low, high) = (Math.Min(low, high), Math.Max(low, high));
        for (var j = (long)Math.Ceiling((low - beta) / Fifth); beta + (j * Fifth) < high; j++)
        {
            var target = beta + (j * Fifth);
            var alpha = Root(a => Angle(r, a) - target, from, to);
            var (sin, cos) = Math.SinCos(alpha);
            var along = ((r * cos) - 1) / Radial;
            var across = r * sin / Tangential;
            sum.Add((-0.5 * ((along * along) + (across * across))) - Math.Log(Math.Abs(Slope(r, alpha))));
        }
    }

    /// <summary>Beyond 20 deviations the blades wind so tightly that the mean over the angle is returned, by Laplace's method; the density there is below e^{−200}.</summary>
    private static double FarLogDensity(double r)
    {
        var along = (r - 1) / Radial;
        var curvature = (r * r / (Tangential * Tangential)) - (r * (r - 1) / (Radial * Radial));
        return (-0.5 * along * along) - (0.5 * Math.Log(2 * Math.PI * curvature));
    }

    /// <summary>The root of a monotone function, by bisection with secant steps (Dowell and Jarratt 1971, the Illinois rule).</summary>
    private static double Root(Func<double, double> function, double from, double to)
    {
        var (valueFrom, valueTo) = (function(from), function(to));
        for (var i = 0; i < 200 && Math.Abs(to - from) > 4e-16 * Math.Max(1, Math.Abs(to)) && valueTo != 0; i++)
        {
            var middle = i % 4 == 3 ? 0.5 * (from + to) : to - (valueTo * (to - from) / (valueTo - valueFrom));
            var value = function(middle);
            var settled = Math.Abs(middle - to) <= 4e-16 * Math.Max(1, Math.Abs(to));
            if (double.Sign(value) != double.Sign(valueTo))
            {
                (from, valueFrom) = (to, valueTo);
            }
            else
            {
                valueFrom /= 2;
            }

            (to, valueTo) = (middle, value);
            if (settled)
            {
                break;
            }
        }

        return to;
    }
}
