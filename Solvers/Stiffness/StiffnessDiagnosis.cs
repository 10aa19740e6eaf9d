using System.Globalization;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Stiffness;

/// <summary>What the derivative of a field, ∂f/∂y, is like where a solve could not go on.</summary>
/// <param name="Rate">The estimated size of its largest eigenvalue, in 1/time: of the row in which it is largest.</param>
/// <param name="Growth">The part of that eigenvalue that says whether what it belongs to grows (positive) or decays (negative) along the solve, in 1/time.</param>
/// <param name="Row">The row, counted from 0, or null where the state has no rows of their own.</param>
/// <param name="Segment">The segment that the eigenvector is largest in.</param>
/// <param name="Step">The length of the last step, in time.</param>
public sealed record StiffnessDiagnosis(double Rate, double Growth, long? Row, string Segment, double Step)
{
    // Explicit methods of any order lose their stability where a step times the rate is between 2 and about 6.
    private const double LeastReach = 0.5;

    /// <summary>
    /// The time of an earlier step that this is about, where the solution grew at the end of the solve and that step was at the bound of what an explicit method can do; null where it is about the end.
    /// </summary>
    public double? EarlierTime { get; init; }

    /// <summary>The method that could not go on, which says what may help; null where it is not known.</summary>
    public IStepper? Method { get; init; }

    /// <summary>Whether the equation is stiff there: stability, not accuracy, keeps the steps of an explicit method short, since what decays fast must not be stepped over.</summary>
    public bool IsStiff => Growth < -0.1 * Rate && Rate * Step >= LeastReach;

    /// <summary>Whether the mode grows.</summary>
    internal bool Grows => Growth > 0.1 * Rate;

    private string Remedy => Method is { AllowsForStiffness: true } ? $"Use an implicit method such as radau5 throughout, or smaller tolerances than {Method.Name} has here." : "Use an implicit method such as radau5, or auto-switch.";

    /// <summary>The diagnosis as a sentence.</summary>
    public override string ToString()
    {
        string when = EarlierTime is null ? "there" : "then", has = EarlierTime is null ? "has" : "had";
        string where = $"∂f/∂y {has} an eigenvalue of size {Rate.ToString("E1", CultureInfo.InvariantCulture)} {when} ({(Row is null ? string.Empty : $"row {Row}, ")}segment '{Segment}')";
        string bound = $"steps of an explicit method must stay below about {(2 / Rate).ToString("E1", CultureInfo.InvariantCulture)} whatever the tolerance";
        return IsStiff && EarlierTime is { } time ? $"The solution grows, but at t = {time.ToString("E2", CultureInfo.InvariantCulture)} the equation was stiff: {where}, whose mode decays, so that {bound}; longer ones may have thrown it off. {Remedy}"
            : IsStiff && Method is { AllowsForStiffness: true } ? $"The equation is stiff: {where}, whose mode decays. '{Method.Name}' allows for that; take an absolute tolerance that fits the smallest component that matters, or look for jumps of the field."
            : IsStiff ? $"The equation is stiff: {where}, whose mode decays, so that {bound}. {Remedy}"
            : Grows && Method is { AllowsForStiffness: true } ? $"The equation is not stiff there, the solution grows: {where}, whose mode grows; it may reach infinity there. If it should not, take smaller tolerances."
            : Grows ? $"The equation is not stiff, the solution grows: {where}, whose mode grows. Where steps too long for a stiff equation have thrown it there, smaller tolerances or an implicit method help."
            : $"The equation is not stiff: {where}, which would allow longer steps. Look for jumps of the field.";
    }
}
