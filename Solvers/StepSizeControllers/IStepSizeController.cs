using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>Accepts or rejects steps and proposes the next. Immutable; what a solve needs to remember is in its <see cref="StepSizeControl"/>.</summary>
public interface IStepSizeController
{
    /// <summary>The tolerances that steps are held to, or null where steps are not judged.</summary>
    Tolerances? Tolerances { get; }

    /// <summary>Whether steps are to end at a problem's forced times; not so where the grid is fixed, with those times on it.</summary>
    /// <value>True by default.</value>
    bool MeetsForcedTimes => true;

    /// <summary>The number of steps that a solve will make, where it is known beforehand; else null.</summary>
    /// <param name="times">The start, then the times that steps end at.</param>
    int? CountSteps(ReadOnlySpan<double> times) => null;

    /// <summary>A controller that begins with the steps of an earlier solve; the same one where it does not adapt.</summary>
    /// <param name="prior">How a solve of nearly the same problem stepped, at the same tolerances.</param>
    IStepSizeController StartingFrom(StepProfile prior) => this;

    /// <summary>Starts the control of one solve.</summary>
    /// <param name="stepper">The method whose steps are judged.</param>
    /// <param name="times">The times of the solve, the start first.</param>
    /// <exception cref="ArgumentException">This controller cannot judge steps of this method; the message says what can.</exception>
    StepSizeControl Start(IStepper stepper, ReadOnlySpan<double> times);
}
