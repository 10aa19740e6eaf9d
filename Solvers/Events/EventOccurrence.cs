using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Events;

/// <summary>An event that happened.</summary>
/// <param name="Event">The event.</param>
/// <param name="Time">When, to the resolution of time along the dense output.</param>
/// <param name="State">The state there, to the order of the dense output; of a row by itself one row. Belongs to the solution.</param>
public sealed record EventOccurrence(OdeEvent Event, double Time, FlatVector State)
{
    /// <summary>The row that it happened to, where every row has its own steps; else null.</summary>
    public long? Row { get; init; }

    /// <summary>The same with a state of its own, which belongs to the caller.</summary>
    internal EventOccurrence Copy() => this with { State = State.Clone() };
}
