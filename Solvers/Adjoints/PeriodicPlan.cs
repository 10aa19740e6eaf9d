namespace FlowOde.Solvers.Adjoints;

/// <summary>Keeps the state before every k-th step, and tapes of at most k steps at a time; with k unbounded all tapes.</summary>
/// <param name="period">The number k of steps, at least 1.</param>
internal sealed class PeriodicPlan(int period) : CheckpointPlan
{
    public override bool KeepsTapes(DiscreteMemory memory, long bytes, bool isLast) => memory.TapedSteps < (isLast || period == int.MaxValue ? period : period - 1);

    public override bool KeepsState(DiscreteMemory memory, int step, out int level)
    {
        level = 0;
        return step % period == 0;
    }

    public override bool CanTape(DiscreteMemory memory, int steps) => steps <= period;

    public override int FreeStates(DiscreteMemory memory) => 0;
}
