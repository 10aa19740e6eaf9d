using FlowOde.Cli.Reporting;

namespace FlowOde.Cli.Classifying;

/// <summary>Notices where a loss that cannot be negative grows far beyond where it began, long before it is no number.</summary>
/// <remarks>
/// Compared are the first loss and the mean of the last ones, with weights that fall by a fifth each. A fresh classifier's loss is about the logarithm of the
/// number of classes, which batches change by a few per cent: three times as much is no chance.
/// </remarks>
internal sealed class DivergenceWatch
{
    private const int Few = 3; // losses that a mean is of at least
    private const double Smoothing = 0.8;
    private const double Factor = 3;

    private readonly FadingMean _recent = new(Smoothing);
    private double _start;
    private int _count;
    private bool _hasSpoken;

    /// <summary>Looks at the loss of an iteration.</summary>
    /// <param name="loss">The loss; what is not finite is left out, as the trainer skips it.</param>
    /// <returns>Where it began and where it is, the first time that is far apart; else null.</returns>
    public (double Start, double Now)? Look(double loss)
    {
        if (!double.IsFinite(loss))
        {
            return null;
        }

        (_start, _count) = (_count == 0 ? loss : _start, _count + 1);
        _recent.Add(loss);
        double now = _recent.Value;
        if (_hasSpoken || _count < Few || now <= Factor * _start)
        {
            return null;
        }

        _hasSpoken = true;
        return (_start, now);
    }
}
