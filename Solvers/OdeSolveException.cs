using FlowOde.Solvers.Stiffness;

namespace FlowOde.Solvers;

/// <summary>A solve that cannot go on: too many steps, a step too small to advance time, or a state that is not finite.</summary>
public sealed class OdeSolveException : Exception
{
    private readonly string _reason; // without what stands in parentheses behind it

    /// <summary>Reports where a solve ended.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="time">The time that was reached.</param>
    /// <param name="step">The length of the last step that was tried.</param>
    /// <param name="evaluations">Evaluations of the vector field so far.</param>
    public OdeSolveException(string message, double time, double step, int evaluations)
        : base($"{message} (t = {time:R}, step {step:E2}, {evaluations} evaluations)") => (_reason, Time, Step, Evaluations) = (message, time, step, evaluations);

    /// <summary>Reports that a computation ended because a solve within it did.</summary>
    /// <param name="message">What ended; the cause's message follows.</param>
    /// <param name="cause">How the solve ended.</param>
    public OdeSolveException(string message, OdeSolveException cause)
        : base($"{message} {cause?.Message}", cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        (_reason, Time, Step, Evaluations, Diagnosis) = ($"{message} {cause._reason}", cause.Time, cause.Step, cause.Evaluations, cause.Diagnosis);
    }

    /// <summary>Reports how a solve ended, and whether that was for stiffness.</summary>
    internal OdeSolveException(OdeSolveException refusal, StiffnessDiagnosis diagnosis)
        : this($"{refusal._reason} {diagnosis}", refusal.Time, refusal.Step, refusal.Evaluations) => Diagnosis = diagnosis;

    /// <summary>The beginning of a message, with the row that it is about where rows have steps of their own.</summary>
    internal static string Of(long? row, string beginning) => row is null ? beginning : $"Row {row}: {char.ToLowerInvariant(beginning[0])}{beginning[1..]}";

    /// <summary>The time that was reached.</summary>
    public double Time { get; }

    /// <summary>The length of the last step that was tried.</summary>
    public double Step { get; }

    /// <summary>Evaluations of the vector field so far.</summary>
    public int Evaluations { get; }

    /// <summary>What the field is like where the steps of a forward solve were used up or became too short; null for other ends.</summary>
    public StiffnessDiagnosis? Diagnosis { get; }
}
