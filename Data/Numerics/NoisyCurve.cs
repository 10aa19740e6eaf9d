namespace FlowOde.Data.Numerics;

/// <summary>The density of a point on a curve plus noise, ∫ w(s) k(x − c(s)) ds, by composite Gauss–Legendre quadrature over s.</summary>
/// <remarks>
/// A panel has 16 nodes; where it spans at most four standard deviations of the noise along the curve, the quadrature is exact to about
/// 1e-11 relative wherever log p > −40, and log p itself to 2e-5 relative as far as forty deviations off. Panels and nodes whose share is below e^{−30} of the largest are skipped.
/// </remarks>
internal sealed class NoisyCurve
{
    private const int PanelNodes = 16;
    private const double NegligibleExponent = 30;
    private readonly (double X, double Y, double LogWeight)[] _nodes;
    private readonly (double X, double Y, double Radius)[] _panels;
    private readonly Func<double, double, double> _logNoise;
    private readonly double _skip;
    private readonly double _reach;

    /// <summary>Prepares the nodes.</summary>
    /// <param name="curve">c(s).</param>
    /// <param name="weight">w(s), a density over s, smooth between <paramref name="from"/> and <paramref name="to"/>.</param>
    /// <param name="from">First s.</param>
    /// <param name="to">Last s.</param>
    /// <param name="panels">Number of panels, of equal width in s.</param>
    /// <param name="logNoise">log k(dx, dy).</param>
    /// <param name="noise">Standard deviation of the Gaussian tail of k.</param>
    /// <param name="noiseReach">How far the bulk of k reaches from its centre; 0 for a Gaussian.</param>
    internal NoisyCurve(Func<double, (double X, double Y)> curve, Func<double, double> weight, double from, double to, int panels, Func<double, double, double> logNoise, double noise, double noiseReach)
    {
        var (nodes, weights) = GaussLegendre.Rule(PanelNodes);
        var half = (to - from) / (2 * panels);
        _logNoise = logNoise;
        _reach = noiseReach;
        _skip = 2 * NegligibleExponent * noise * noise;
        _nodes = new (double, double, double)[panels * PanelNodes];
        _panels = new (double, double, double)[panels];
        for (var panel = 0; panel < panels; panel++)
        {
            var middle = from + (((2 * panel) + 1) * half);
            var centre = curve(middle);
            var radius = 0.0;
            for (var i = 0; i < PanelNodes; i++)
            {
                var s = middle + (half * nodes[i]);
                var (x, y) = curve(s);
                radius = Math.Max(radius, Math.Sqrt(((x - centre.X) * (x - centre.X)) + ((y - centre.Y) * (y - centre.Y))));
                _nodes[(panel * PanelNodes) + i] = (x, y, Math.Log(weights[i] * half * weight(s)));
            }

            _panels[panel] = (centre.X, centre.Y, radius);
        }
    }

    /// <summary>log p(x, y), nats.</summary>
    internal double LogDensity(double x, double y) => LogDensity(x, y, Nearest(x, y));

    /// <summary>An upper bound on the distance from a point to the bulk of the noise around the curve.</summary>
    internal double Nearest(double x, double y)
    {
        var nearest = double.PositiveInfinity;
        foreach (var panel in _panels)
        {
            nearest = Math.Min(nearest, Distance(panel, x, y) + panel.Radius + _reach);
        }

        return nearest;
    }

    /// <summary>log p(x, y), nats, or −∞ if it is negligible next to another curve with the same noise.</summary>
    /// <param name="x">Horizontal position.</param>
    /// <param name="y">Vertical position.</param>
    /// <param name="nearest">The least <see cref="Nearest"/> of the curves that are summed.</param>
    internal double LogDensity(double x, double y, double nearest)
    {
        var sum = new LogSum();
        var limit = _reach + Math.Sqrt((nearest * nearest) + _skip);
        for (var p = 0; p < _panels.Length; p++)
        {
            if (Distance(_panels[p], x, y) - _panels[p].Radius > limit)
            {
                continue;
            }

            foreach (var node in _nodes.AsSpan(p * PanelNodes, PanelNodes))
            {
                var (dx, dy) = (x - node.X, y - node.Y);
                if ((dx * dx) + (dy * dy) < limit * limit)
                {
                    sum.Add(node.LogWeight + _logNoise(dx, dy));
                }
            }
        }

        return sum.Value;
    }

    private static double Distance((double X, double Y, double Radius) panel, double x, double y) =>
        Math.Sqrt(((x - panel.X) * (x - panel.X)) + ((y - panel.Y) * (y - panel.Y)));
}
