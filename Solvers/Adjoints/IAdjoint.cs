using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>How a cotangent passes back through a solve. Immutable.</summary>
public interface IAdjoint
{
    /// <summary>The name, as a user types it.</summary>
    string Name { get; }

    /// <summary>Which tapes it keeps of a solve in which every row has its own steps (<see cref="OdeProblem.IsPerRow"/>) and all rows make theirs at once; null where it keeps no tapes of such.</summary>
    /// <value>Null by default.</value>
    RowTapes? RowTapes => null;

    /// <summary>Whether it has the gradient of a solve in which rows make steps of their own at once; where it has none, they are solved for and pulled back one after another.</summary>
    bool StepsRowsTogether => RowTapes is not null;

    /// <summary>Whether this gradient method works with a stepper.</summary>
    /// <param name="stepper">The stepper.</param>
    /// <param name="reason">Why not, and what does; empty where it does.</param>
    bool Supports(IStepper stepper, out string reason);

    /// <summary>Solves a problem so that it can be pulled back.</summary>
    /// <param name="problem">The problem; its field must be an <see cref="Fields.IDifferentiableField"/>.</param>
    /// <param name="budget">What may be kept. Only <see cref="AutoAdjoint"/> chooses by it.</param>
    /// <returns>The record; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">The problem's parts do not fit together.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on.</exception>
    RecordedSolve Record(OdeProblem problem, TapeBudget budget);
}
