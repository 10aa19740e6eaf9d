namespace FlowOde.Solvers.Steppers;

/// <summary>A general linear method (Butcher 1966): its step, what it carries, its error estimate, and its inverse where it has one.</summary>
public sealed record GeneralLinearTableau
{
    /// <summary>The method's name in the literature, lower case, as a user types it.</summary>
    public required string Name { get; init; }

    /// <summary>Order of the solution.</summary>
    public required int Order { get; init; }

    /// <summary>Order of the solution that the error estimate compares with; 0 where there is none.</summary>
    public int EmbeddedOrder { get; init; }

    /// <summary>What the carried vectors start from; the first is the state.</summary>
    public required CarriedStart[] Carried { get; init; }

    /// <summary>The step.</summary>
    public required GeneralLinearPass Step { get; init; }

    /// <summary>From what the step led to back to what it started from, with nodes counted from the step's start; null where the method has no inverse.</summary>
    public GeneralLinearPass? Inverse { get; init; }

    /// <summary>
    /// The error estimate: stages that it alone needs, and as the only output the error, over the carried vectors, the stages of the step and these; null where there is none.
    /// </summary>
    public GeneralLinearPass? Estimate { get; init; }

    /// <summary>Whether what is carried is of earlier steps and belongs to their length, so that the next step must be as long for the method to have its order.</summary>
    /// <value>False by default, as for methods that carry what a step of any length may start from.</value>
    public bool IsMultistep { get; init; }
}
