namespace FlowOde.Data.Numerics;

/// <summary>An even smooth function of one variable, tabulated with its slope and read off by cubic Hermite interpolation.</summary>
/// <remarks>At a spacing of 1/512 the error is 4e-14 times the fourth derivative. Beyond the table the function itself is called.</remarks>
internal sealed class EvenTable
{
    private const int PerUnit = 512;
    private readonly Func<double, double> _function;
    private readonly (double Value, double Slope)[] _knots;

    /// <summary>Tabulates from 0 to <paramref name="range"/>.</summary>
    /// <param name="function">The function, for arguments of 0 or more.</param>
    /// <param name="slope">Its derivative.</param>
    /// <param name="range">Where the table ends.</param>
    internal EvenTable(Func<double, double> function, Func<double, double> slope, int range)
    {
        _function = function;
        _knots = new (double, double)[(range * PerUnit) + 1];
        for (var i = 0; i < _knots.Length; i++)
        {
            var at = i / (double)PerUnit;
            _knots[i] = (function(at), slope(at) / PerUnit);
        }
    }

    /// <summary>The function at <paramref name="x"/>, of either sign.</summary>
    internal double At(double x)
    {
        var scaled = Math.Abs(x) * PerUnit;
        if (!(scaled < _knots.Length - 1))
        {
            return _function(Math.Abs(x));
        }

        var index = (int)scaled;
        var t = scaled - index;
        var (low, lowSlope) = _knots[index];
        var (high, highSlope) = _knots[index + 1];
        var rise = high - low;
        return low + (t * (lowSlope + (t * ((3 * rise) - (2 * lowSlope) - highSlope + (t * (lowSlope + highSlope - (2 * rise)))))));
    }
}
