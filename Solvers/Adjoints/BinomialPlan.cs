namespace FlowOde.Solvers.Adjoints;

/// <summary>Keeps at most c states: those of the best schedule where the number of steps is known, else by <see cref="OnlineThinning"/>.</summary>
internal sealed class BinomialPlan : CheckpointPlan
{
    private readonly int _checkpoints;
    private readonly HashSet<int>? _planned;

    /// <param name="checkpoints">The number c, at least 1.</param>
    /// <param name="steps">The number of steps, or null where it is not known.</param>
    public BinomialPlan(int checkpoints, int? steps)
    {
        _checkpoints = checkpoints;
        if (steps is not { } count)
        {
            return;
        }

        _planned = [0];
        for (int at = 0, free = checkpoints; free > 1 && count - at > 1; free--)
        {
            at += BinomialCheckpoints.Split(count - at, free);
            _planned.Add(at);
        }
    }

    public override bool KeepsTapes(DiscreteMemory memory, long bytes, bool isLast) => isLast && memory.TapedSteps == 0;

    public override bool KeepsState(DiscreteMemory memory, int step, out int level)
    {
        level = step == 0 ? OnlineThinning.First : 0;
        if (_planned is not null)
        {
            return _planned.Contains(step);
        }

        return memory.Checkpoints.Count < _checkpoints || memory.GiveUpOne(out level);
    }

    public override bool CanTape(DiscreteMemory memory, int steps) => steps == 1;

    public override int FreeStates(DiscreteMemory memory) => _checkpoints - memory.Checkpoints.Count;
}
