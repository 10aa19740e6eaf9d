namespace FlowOde.Solvers.Events;

/// <summary>Which changes of sign of an event's function count, along the way of the solve: one that runs backward in time sees them the other way round.</summary>
public enum EventDirection
{
    /// <summary>Both.</summary>
    Either,

    /// <summary>From negative to positive.</summary>
    Rising,

    /// <summary>From positive to negative.</summary>
    Falling,
}
