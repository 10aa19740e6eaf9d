namespace FlowOde.Cli.Reporting;

/// <summary>The mean of recent numbers, whose weights fall by a factor each. It is divided by its weights, so that the first numbers count no more than others of their age.</summary>
/// <param name="smoothing">The factor, in [0, 1).</param>
internal sealed class FadingMean(double smoothing)
{
    private double _sum, _weight;

    /// <summary>The mean; NaN before the first number.</summary>
    public double Value => _sum / _weight;

    /// <summary>Takes a number in.</summary>
    public void Add(double value) => (_sum, _weight) = ((smoothing * _sum) + ((1 - smoothing) * value), (smoothing * _weight) + 1 - smoothing);
}
