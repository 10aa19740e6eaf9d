namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>The memory of a <see cref="PidController"/> in one solve.</summary>
/// <param name="options">The controller.</param>
/// <param name="k">The power of h in the error norm: the smaller of the two orders, plus 1.</param>
/// <param name="order">The order of the method, for the first step.</param>
/// <param name="plan">The ends of the steps to propose until one is rejected; empty for none.</param>
internal sealed class PidControl(PidController options, int k, int order, double[] plan) : StepSizeControl
{
    private const double LargestFactor = 10;
    private const double SmallestFactor = 0.2;

    private double _step;
    private int _planned;
    private double _previousError = 1;
    private double _errorBefore = 1;
    private bool _wasRejected;

    public override double Propose(double time, double target, bool isIntervalStart, Func<int, double> firstStep)
    {
        while (_planned < plan.Length)
        {
            double ahead = Math.Sign(target - time) * (plan[_planned] - time);
            if (ahead > 0)
            {
                return ahead;
            }

            _planned++;
        }

        if (_step == 0)
        {
            _step = options.FirstStep ?? firstStep(order);
        }

        return _step;
    }

    public override StepProfile Learn(StepProfile profile) => options.Prior is { } prior ? profile.After(prior, k) : profile;

    public override bool Judge(double error, double step, double proposed)
    {
        if (!(error <= 1))
        {
            _planned = plan.Length;
        }

        if (!double.IsFinite(error))
        {
            _wasRejected = true;
            _step = step * SmallestFactor;
            return false;
        }

        if (error > 1)
        {
            _wasRejected = true;
            _step = step * Math.Clamp(options.Safety * Math.Pow(error, -1.0 / k), SmallestFactor, 1);
            return false;
        }

        // The floor keeps one tiny error (a step that was clipped to the target, say) from deciding the steps after it.
        double latest = Math.Max(error, 1e-10);
        var beta = options.Coefficients;
        double factor = options.Safety * Math.Pow(latest, -beta.Beta1 / k) * Math.Pow(_previousError, -beta.Beta2 / k) * Math.Pow(_errorBefore, -beta.Beta3 / k);
        factor = Math.Clamp(factor, options.MayShrinkAfterAcceptance ? SmallestFactor : 1, _wasRejected ? 1 : LargestFactor);
        (_errorBefore, _previousError, _wasRejected) = (_previousError, latest, false);

        // A step that was shortened to meet a target says nothing against the length proposed before.
        _step = Math.Max(step * factor, step < proposed ? proposed : 0);
        return true;
    }
}
