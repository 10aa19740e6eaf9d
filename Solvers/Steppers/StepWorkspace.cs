using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The memory of one solve with one stepper: stages, candidate and whatever the method carries from step to step. Used as
/// <see cref="Begin"/>, then <see cref="Try"/> followed by <see cref="Accept"/> or <see cref="Reject"/>, again and again.
/// </summary>
public abstract class StepWorkspace : IDisposable
{
    /// <summary>The last accepted state. Belongs to the workspace.</summary>
    public abstract FlatVector State { get; }

    /// <summary>What the next step starts from: the state, then the other vectors that the method carries from step to step. Belongs to the workspace.</summary>
    public abstract ReadOnlySpan<FlatVector> Carried { get; }

    /// <summary>The state that the last <see cref="Try"/> proposes. Belongs to the workspace.</summary>
    public abstract FlatVector Candidate { get; }

    /// <summary>The time of <see cref="State"/>.</summary>
    public abstract double Time { get; }

    /// <summary>What the steps of a solve are held to; null where they are not judged. Set by the loop; methods that solve equations do so as exactly as it asks.</summary>
    public Tolerances? Tolerances { get; set; }

    /// <summary>Why the last <see cref="Try"/> has no candidate: a sentence without its end; null where it has one.</summary>
    public virtual string? Failure => null;

    /// <summary>Evaluations of the system since <see cref="Begin"/>.</summary>
    public int Evaluations { get; protected set; }

    /// <summary>Starts a solve.</summary>
    /// <param name="system">What is integrated.</param>
    /// <param name="time">The start.</param>
    /// <param name="start">The state there; copied.</param>
    public abstract void Begin(IStageSystem system, double time, FlatVector start);

    /// <summary>Replaces entries of the state between two steps; the next step starts with a fresh evaluation.</summary>
    /// <param name="change">Changes the state in place.</param>
    public abstract void Restart(Action<FlatVector> change);

    /// <summary>dy/dt at <see cref="Time"/>, evaluated if no step has left it. Belongs to the workspace.</summary>
    public abstract FlatVector StartDerivative();

    /// <summary>dy/dt at the end of an Euler step of this length, for finding the first step's size. Belongs to the workspace.</summary>
    public abstract FlatVector EulerDerivative(double step);

    /// <summary>The length of the next step that is judged, given what its control proposes: a method that lives on steps of one length may stay with it where another would gain little.</summary>
    /// <param name="proposed">The length that is proposed, positive.</param>
    /// <returns>The length to take: the one proposed by default, and never a longer one than the longer of it and the last one preferred.</returns>
    public virtual double Prefer(double proposed) => proposed;

    /// <summary>Makes a step from <see cref="Time"/> to <paramref name="nextTime"/>.</summary>
    public abstract void Try(double nextTime);

    /// <summary>The norm of the step's error estimate, 1 where the tolerance is just met; NaN where something is not finite.</summary>
    /// <exception cref="InvalidOperationException">The method estimates no error.</exception>
    public abstract double ErrorNorm(ErrorNorm norm, Tolerances tolerances);

    /// <summary>The norm of the error estimate of each row of the step: the largest over its segments of the root mean square within the row.</summary>
    /// <param name="tolerances">The tolerances.</param>
    /// <param name="into">Receives a number for each row, 1 where the tolerance is just met; NaN where something of the row is not finite.</param>
    /// <exception cref="InvalidOperationException">The method estimates no error of rows; see <see cref="IStepper.JudgesRows"/>.</exception>
    public virtual void RowErrors(Tolerances tolerances, Span<double> into) =>
        throw new InvalidOperationException("This method has no error estimate by rows; ask its stepper before.");

    /// <summary>Makes the candidate the state.</summary>
    /// <param name="isLast">Whether the solve ends with this step.</param>
    public abstract void Accept(bool isLast);

    /// <summary>Forgets the candidate.</summary>
    public abstract void Reject();

    /// <summary>The dense output of the last accepted step as an object of its own, which belongs to the caller.</summary>
    public abstract StepInterpolant CreateInterpolant();

    /// <inheritdoc/>
    public abstract void Dispose();
}
