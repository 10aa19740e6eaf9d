using FlowOde.Solvers.Events;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers;

/// <summary>An initial value problem and how to solve it.</summary>
public sealed record OdeProblem
{
    /// <summary>f in dy/dt = f(t, y).</summary>
    public required IVectorField Field { get; init; }

    /// <summary>The method of each step.</summary>
    public required IStepper Stepper { get; init; }

    /// <summary>Judges the steps.</summary>
    public required IStepSizeController Controller { get; init; }

    /// <summary>The norm of a step's error.</summary>
    /// <value><see cref="ErrorNorm.LargestSegment"/> by default.</value>
    public ErrorNorm Norm { get; init; } = ErrorNorm.LargestSegment;

    /// <summary>The state at the first time, in the field's layout. Belongs to the caller; copied by a solve.</summary>
    public required FlatVector Start { get; init; }

    /// <summary>
    /// Whether every row has its own time, steps and error, so that its result does not depend on the other rows beyond round-off. <see cref="Norm"/> is then not used: the
    /// error of a row is the largest of its segments' root mean squares. Methods whose <see cref="IStepper.JudgesRows"/> says so make the steps of all rows at once, on fields that
    /// take a time for each row; with other ones that estimate their error, rows are solved for one after another.
    /// </summary>
    /// <value>False by default: all rows make the steps that their common error allows.</value>
    public bool IsPerRow { get; init; }

    /// <summary>The start, then the times at which the state is wanted, all in one direction. A step ends at each.</summary>
    public required double[] Times
    {
        get;
        init => field = CheckedTimes(value);
    }

    /// <summary>Further times at which a step must end, such as those where the field jumps; in any order, none outside of the solve.</summary>
    /// <remarks>
    /// The steps before and after such a time both evaluate the field at the time itself, where a jump has one of its sides only: adaptive methods take some short steps for that, whichever it is.
    /// A gradient by times holds the accepted grid's shares of each interval, those of these times among them.
    /// </remarks>
    /// <value>None by default.</value>
    public IReadOnlyList<double> ForcedTimes { get; init; } = [];

    /// <summary>The bounds of the solve.</summary>
    public StepLimits Limits { get; init; } = new();

    /// <summary>
    /// What the solve looks for on its way; a terminal one ends it. Where every row has its own steps, each is looked at by itself, as a state of one row, and ends by itself:
    /// its states at later times are that of the event. For solves without gradient: <see cref="RecordedEvent"/> has that of an event.
    /// </summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<OdeEvent> Events { get; init; } = [];

    /// <summary>What is told of each step of the solve, not of a gradient's own backward solve.</summary>
    /// <value>Null by default. Rows with steps of their own have none.</value>
    public StepObserver? Observer { get; init; }

    /// <summary>
    /// The method with which the solve is made anew where steps are used up or become too short because the equation is stiff; of rows with steps of their own only those
    /// are solved for anew that need it, each from where it stands.
    /// </summary>
    /// <value>Null by default, for a solve that ends with a message.</value>
    public IStepper? StiffFallback { get; init; }

    /// <summary>Keeps the memory of solves for the next one.</summary>
    public required WorkspacePool Pool { get; init; }

    /// <summary>Whether there are rows with steps of their own.</summary>
    internal bool HasOwnSteps => IsPerRow && Start.Layout.Rows > 0;

    /// <summary>The number of its only row in the problem it was taken from, or null.</summary>
    internal long? Row { get; init; }

    /// <summary>Whether rows are solved for one after another.</summary>
    internal bool SolvesRowsAlone => HasOwnSteps && !Stepper.JudgesRows;

    /// <summary>The specification of the field's workspace.</summary>
    internal WorkspaceSpec Spec => WorkspaceSpec.For(Start);

    /// <summary>The times that steps end at.</summary>
    internal StepStops Stops => StopsAt(Times, Controller);

    /// <summary>What the loop of a forward solve goes by; holds the memory of its step-size control, and so serves one solve.</summary>
    internal StepPlan NewPlan() => new(Stops, Controller.Start(Stepper, Times), Controller.Tolerances, Norm, Limits) { Observer = Observer, Probe = Controller.Tolerances is null ? null : new(this) };

    /// <summary>The times that steps of a controller end at, with this problem's forced times among them.</summary>
    internal StepStops StopsAt(double[] times, IStepSizeController controller) => StepStops.Of(times, controller.MeetsForcedTimes ? ForcedTimes : []);

    /// <summary>Checks what no single property can check.</summary>
    /// <exception cref="ArgumentException">The start does not have the field's layout, the method cannot integrate it, the tolerances are out of reach, or a forced time lies outside of the solve.</exception>
    internal void Check()
    {
        var expected = Field.StateLayout(Start.Layout.Rows);
        if (!expected.Equals(Start.Layout))
        {
            throw new ArgumentException($"The start has the layout ({Start.Layout}); the field expects ({expected}).");
        }

        if (!Stepper.Supports(Start.Layout, out string reason))
        {
            throw new ArgumentException(reason);
        }

        if (StiffFallback is { } fallback && !fallback.Supports(Start.Layout, out reason))
        {
            throw new ArgumentException(reason);
        }

        if (StiffFallback is { EmbeddedOrder: 0 } && Controller.Tolerances is not null)
        {
            throw new ArgumentException($"'{StiffFallback.Name}' estimates no error, so that it cannot go on where '{Stepper.Name}' adapts its steps. Take one that does, such as radau5 or kvaerno5.");
        }

        Controller.Tolerances?.RequireReachable(Start.DType);
        var (first, last) = (Math.Min(Times[0], Times[^1]), Math.Max(Times[0], Times[^1]));
        foreach (double time in ForcedTimes)
        {
            if (!(time >= first && time <= last))
            {
                throw new ArgumentException($"A step is to end at t = {time:R}, but the solve runs from {Times[0]:R} to {Times[^1]:R}. Leave this forced time out.");
            }
        }

        if (IsPerRow)
        {
            CheckRows();
        }
    }

    private void CheckRows()
    {
        if (Stepper.EmbeddedOrder == 0)
        {
            throw new ArgumentException($"'{Stepper.Name}' estimates no error, so that rows cannot have steps of their own. Use one of {string.Join(", ", StepperCatalog.All.Where(stepper => stepper.JudgesRows).Select(stepper => stepper.Name))}, by which all rows make their steps at once.");
        }

        if (Controller.Tolerances is null)
        {
            throw new ArgumentException("Rows have steps of their own where their errors choose them; these steps are given beforehand. Give tolerances instead of a number of steps.");
        }

        if (Start.Layout.Segments.FirstOrDefault(segment => !segment.IsBatched) is { } shared)
        {
            throw new ArgumentException($"All rows share the segment '{shared.Name}', so that they cannot have times of their own. Solve them with common steps.");
        }

        if (Observer is not null)
        {
            throw new ArgumentException("An observer is told of the steps of a whole batch, which rows with steps of their own do not make. Leave it out, or solve with common steps.");
        }
    }

    /// <summary>Refuses times that do not run strictly in one direction.</summary>
    internal static double[] CheckedTimes(double[] times)
    {
        ArgumentNullException.ThrowIfNull(times);
        if (times.Length < 2 || times.Any(t => !double.IsFinite(t)))
        {
            throw new ArgumentException($"A solve needs at least two finite times; got [{string.Join(", ", times)}].", nameof(times));
        }

        double direction = Math.Sign(times[1] - times[0]);
        for (int i = 1; i < times.Length; i++)
        {
            if (direction == 0 || Math.Sign(times[i] - times[i - 1]) != direction)
            {
                throw new ArgumentException($"Times must run strictly in one direction, so that no two are equal; got [{string.Join(", ", times)}].", nameof(times));
            }
        }

        return times;
    }
}
