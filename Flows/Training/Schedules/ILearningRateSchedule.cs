namespace FlowOde.Flows.Training.Schedules;

/// <summary>The learning rate as a closed form of how far training has come, so that a resumed run continues exactly.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="progress">Step ÷ current total of steps, from 0 to 1: the total may be planned anew while training runs.</param>
    /// <param name="step">Number of the step, from 0.</param>
    /// <returns>The rate, per step; positive or 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="progress"/> is not in [0, 1], or <paramref name="step"/> is negative.</exception>
    double Rate(double progress, long step);
}
