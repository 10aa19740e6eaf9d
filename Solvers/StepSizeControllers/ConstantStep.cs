using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>A given number of equal steps; every step is accepted.</summary>
public sealed class ConstantStep : IStepSizeController
{
    /// <summary>Sets the number of steps.</summary>
    /// <param name="steps">
    /// Steps from the first time to the last, at least 1. Save times between are met: each interval gets its share, rounded up.
    /// </param>
    public ConstantStep(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Steps = steps;
    }

    /// <summary>Number of steps from the first time to the last.</summary>
    public int Steps { get; }

    /// <inheritdoc/>
    public Tolerances? Tolerances => null;

    /// <inheritdoc/>
    public int? CountSteps(ReadOnlySpan<double> times)
    {
        int count = 0;
        for (int i = 1; i < times.Length; i++)
        {
            count += Count(Steps, Math.Abs(times[i] - times[i - 1]), Math.Abs(times[^1] - times[0]));
        }

        return count;
    }

    /// <inheritdoc/>
    public StepSizeControl Start(IStepper stepper, ReadOnlySpan<double> times) => new Control(Steps, Math.Abs(times[^1] - times[0]));

    /// <summary>The share of an interval in the steps, rounded up.</summary>
    internal static int Count(int steps, double interval, double span) => (int)Math.Max(1, Math.Ceiling((steps * interval / span) - 1e-9));

    private sealed class Control(int steps, double span) : StepSizeControl
    {
        private double _step;

        public override double Propose(double time, double target, bool isIntervalStart, Func<int, double> firstStep)
        {
            if (isIntervalStart)
            {
                double interval = Math.Abs(target - time);
                _step = interval / Count(steps, interval, span);
            }

            return _step;
        }

        public override bool Judge(double error, double step, double proposed) => true;
    }
}
