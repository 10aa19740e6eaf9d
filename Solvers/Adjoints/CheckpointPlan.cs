namespace FlowOde.Solvers.Adjoints;

/// <summary>What one recorded solve keeps of its steps. Its decisions; the memory itself is <see cref="DiscreteMemory"/>.</summary>
internal abstract class CheckpointPlan
{
    /// <summary>Whether the tapes of a step that was just made may be kept beside those that are.</summary>
    /// <param name="memory">What is kept.</param>
    /// <param name="bytes">What they need.</param>
    /// <param name="isLast">Whether it was the last step of the solve, so that no further step needs tapes.</param>
    public abstract bool KeepsTapes(DiscreteMemory memory, long bytes, bool isLast);

    /// <summary>Whether the state before a step whose tapes are not kept is kept; gives up others for it.</summary>
    /// <param name="memory">What is kept.</param>
    /// <param name="step">The number of the step.</param>
    /// <param name="level">The level to keep it at.</param>
    public abstract bool KeepsState(DiscreteMemory memory, int step, out int level);

    /// <summary>Whether so many steps in a row may be made again with the tapes of all of them.</summary>
    public abstract bool CanTape(DiscreteMemory memory, int steps);

    /// <summary>How many states more may be stored while steps are made again.</summary>
    public abstract int FreeStates(DiscreteMemory memory);

    /// <summary>Whether so many bytes more may be kept.</summary>
    public virtual bool HasRoom(long bytes) => true;

    /// <summary>Learns what one step takes, at the first.</summary>
    /// <exception cref="ArgumentException">Not even one step fits.</exception>
    public virtual void Begin(DiscreteMemory memory)
    {
    }
}
