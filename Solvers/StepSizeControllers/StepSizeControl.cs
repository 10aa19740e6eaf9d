namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>The step-size control of one solve.</summary>
public abstract class StepSizeControl
{
    private const double Stretch = 1.05;

    /// <summary>The shortest step that may be proposed: a shorter proposal ends the solve.</summary>
    /// <value>0 unless a controller has a bound.</value>
    public virtual double ShortestStep => 0;

    /// <summary>The longest step that may be proposed.</summary>
    /// <value>Infinite unless a controller has a bound.</value>
    public virtual double LongestStep => double.PositiveInfinity;

    /// <summary>The length of the next step on the way to a target.</summary>
    /// <param name="time">The start of the step.</param>
    /// <param name="target">The next time that must be met.</param>
    /// <param name="isIntervalStart">Whether the last step met a target, or none was made yet.</param>
    /// <param name="firstStep">Finds the length of a solve's first step for a method of an order.</param>
    /// <returns>A positive length.</returns>
    public abstract double Propose(double time, double target, bool isIntervalStart, Func<int, double> firstStep);

    /// <summary>Where the step that was proposed ends: at the target, if it would leave less than a twentieth of itself to it.</summary>
    /// <param name="time">The start of the step.</param>
    /// <param name="proposed">The length that was proposed.</param>
    /// <param name="target">The next time that must be met.</param>
    public virtual double EndOf(double time, double proposed, double target)
    {
        // A sliver would cost a whole step.
        double sign = Math.Sign(target - time);
        return sign * (time + (sign * Stretch * proposed) - target) >= 0 ? target : time + (sign * proposed);
    }

    /// <summary>Judges a step by the norm of its error, and keeps what the next proposal needs.</summary>
    /// <param name="error">The norm of the error estimate; NaN or infinite where something was not finite.</param>
    /// <param name="step">The length of the step, positive.</param>
    /// <param name="proposed">The length that was proposed, before the step was fitted to the target.</param>
    /// <returns>Whether the step is accepted.</returns>
    public abstract bool Judge(double error, double step, double proposed);

    /// <summary>Forgets the steps made so far, where the solution goes on as a new one does: the next step is as a solve's first.</summary>
    public virtual void Restart()
    {
    }

    /// <summary>What a like solve should start from, given how this one stepped.</summary>
    public virtual StepProfile Learn(StepProfile profile) => profile;
}
