using FlowOde.Solvers.Integration;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>The memory of a <see cref="PidController"/> in one solve.</summary>
/// <param name="options">The controller.</param>
/// <param name="k">The power of h in the error norm: the smaller of the two orders, plus 1.</param>
/// <param name="order">The order of the method, for the first step.</param>
/// <param name="plan">The ends of the steps to propose until one is rejected; empty for none.</param>
internal sealed class PidControl(PidController options, int k, int order, double[] plan) : StepSizeControl
{
    private const double LeastError = 1e-10; // an error of 0 says that a step may grow, not by how much

    private readonly PidCoefficients _beta = options.Coefficients;
    private double _step;
    private double _lastStep;
    private int _planned;
    private double _previousError = 1;
    private double _errorBefore = 1;
    private bool _wasRejected;

    public override double ShortestStep => options.MinStep;

    public override double LongestStep => options.MaxStep;

    public override double Propose(double time, double target, bool isIntervalStart, Func<int, double> firstStep)
    {
        while (_planned < plan.Length)
        {
            double ahead = Math.Sign(target - time) * (plan[_planned] - time);
            if (ahead > TimeResolution.At(time, plan[_planned]))
            {
                return Math.Clamp(ahead, options.MinStep, options.MaxStep);
            }

            _planned++;
        }

        if (_step == 0)
        {
            _step = Math.Clamp(options.FirstStep ?? firstStep(order), options.MinStep, options.MaxStep);
        }

        return _step;
    }

    public override double EndOf(double time, double proposed, double target)
    {
        // A step is not stretched beyond the longest one: what is left is made in two.
        double left = Math.Abs(target - time), end = base.EndOf(time, proposed, target);
        return end == target && left > options.MaxStep ? time + ((target - time) / 2) : end;
    }

    public override void Restart() => (_step, _lastStep, _planned, _previousError, _errorBefore, _wasRejected) = (0, 0, plan.Length, 1, 1, false);

    public override StepProfile Learn(StepProfile profile) => options.Prior is { } prior ? profile.After(prior, k) : profile;

    public override bool Judge(double error, double step, double proposed)
    {
        if (!(error <= 1))
        {
            _planned = plan.Length;
            _wasRejected = true;
            double shorter = step * Math.Min(1, options.Limiter.Limit(double.IsFinite(error) ? options.Safety * Math.Pow(error, -_beta.AfterRejection / k) : 0));
            _step = proposed > options.MinStep ? Math.Max(shorter, options.MinStep) : shorter; // the step itself may be a rounding longer than what was proposed
            return false;
        }

        double latest = Math.Max(error, LeastError), remembered = Math.Max(error, _beta.LeastRemembered);
        double factor = options.Safety * Math.Pow(latest, -_beta.Beta1 / k) * Math.Pow(_previousError, -_beta.Beta2 / k) * Math.Pow(_errorBefore, -_beta.Beta3 / k);
        if (_beta.Alpha != 0 && _lastStep > 0)
        {
            factor *= Math.Pow(step / _lastStep, -_beta.Alpha);
        }

        factor = Math.Clamp(options.Limiter.Limit(factor), options.MayShrinkAfterAcceptance ? 0 : 1, _wasRejected ? 1 : double.PositiveInfinity);
        (_errorBefore, _previousError, _wasRejected, _lastStep) = (_previousError, remembered, false, step);

        // A step that was shortened to meet a target says nothing against the length proposed before.
        _step = Math.Clamp(Math.Max(step * factor, step < proposed ? proposed : 0), options.MinStep, options.MaxStep);
        return true;
    }
}
