namespace FlowOde.Cli.Precision;

/// <summary>Evaluations against error of one solver on one problem, such that more evaluations never make the error larger.</summary>
/// <remarks>
/// Measured errors go up and down by chance where they pass through zero. Neighbours in the wrong order are pooled into their mean (in logarithms) until none is left: the
/// monotone curve that is nearest in least squares (Ayer, Brunk, Ewing, Reid, Silverman 1955). So no lucky point decides a comparison.
/// </remarks>
internal sealed class PrecisionCurve
{
    private readonly List<(double Work, double Error, int Count)> _points = []; // logarithms; work ascends, errors descend

    /// <summary>Makes the curve.</summary>
    /// <param name="points">The points of a solver on a problem; those without an error are left out.</param>
    /// <param name="floor">Errors below it are round-off or the reference's own, and are left out; greater than 0.</param>
    public PrecisionCurve(IEnumerable<PrecisionPoint> points, double floor)
    {
        foreach (var point in points.Where(point => point.Error > floor && double.IsFinite(point.Error.Value)).OrderBy(point => point.Evaluations).ThenByDescending(point => point.Error))
        {
            _points.Add((Math.Log(point.Evaluations), Math.Log(point.Error!.Value), 1));
            while (_points.Count > 1 && (_points[^1].Error >= _points[^2].Error || _points[^1].Work <= _points[^2].Work))
            {
                var (a, b) = (_points[^2], _points[^1]);
                _points.RemoveAt(_points.Count - 1);
                int count = a.Count + b.Count;
                _points[^1] = (((a.Work * a.Count) + (b.Work * b.Count)) / count, ((a.Error * a.Count) + (b.Error * b.Count)) / count, count);
            }
        }
    }

    /// <summary>The mean of ln(evaluations of <paramref name="first"/> ÷ those of <paramref name="second"/>) over the errors that both reach; NaN where there are none.</summary>
    public static double MeanLogRatio(PrecisionCurve first, PrecisionCurve second)
    {
        const int samples = 64;
        if (first._points.Count < 2 || second._points.Count < 2)
        {
            return double.NaN;
        }

        double low = Math.Max(first._points[^1].Error, second._points[^1].Error), high = Math.Min(first._points[0].Error, second._points[0].Error);
        return low < high
            ? Enumerable.Range(0, samples).Select(i => low + ((i + 0.5) / samples * (high - low))).Average(error => first.LogWorkAt(error) - second.LogWorkAt(error))
            : double.NaN;
    }

    private double LogWorkAt(double error)
    {
        int i = Math.Max(1, _points.FindIndex(point => point.Error <= error));
        var (a, b) = (_points[i - 1], _points[i]);
        return a.Work + ((b.Work - a.Work) * (error - a.Error) / (b.Error - a.Error));
    }
}
