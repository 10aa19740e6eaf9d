namespace FlowOde.Solvers.Adjoints;

/// <summary>Keeps what a budget of bytes allows: all tapes; then all states and the newest tapes; then thinned states.</summary>
/// <param name="budget">The budget.</param>
internal sealed class BudgetPlan(TapeBudget budget) : CheckpointPlan
{
    public override void Begin(DiscreteMemory memory)
    {
        // Beside a step in work: the first state, and one on the way.
        long least = memory.WorkBytes + (3 * memory.StateBytes);
        if (!budget.Fits(least))
        {
            throw new ArgumentException($"A budget of {budget.Bytes:N0} bytes, of which {budget.Used:N0} are in use, does not hold the tapes and stages of a single step: those take {least:N0} bytes. Give a larger budget or smaller batches; of explicit Runge–Kutta methods the gradient method 'symplectic' keeps one tape only.");
        }
    }

    public override bool KeepsTapes(DiscreteMemory memory, long bytes, bool isLast) => budget.Fits(bytes + memory.StateBytes);

    public override bool KeepsState(DiscreteMemory memory, int step, out int level)
    {
        level = step == 0 ? OnlineThinning.First : 0;
        return step == 0 || budget.Fits(2 * memory.StateBytes) || memory.GiveUpOne(out level);
    }

    public override bool CanTape(DiscreteMemory memory, int steps) => steps == 1 || budget.Fits(steps * memory.StepBytes);

    public override bool HasRoom(long bytes) => budget.Fits(bytes);

    public override int FreeStates(DiscreteMemory memory) => (int)Math.Clamp((budget.Bytes - budget.Used - memory.StepBytes) / memory.StateBytes - 2, 0, int.MaxValue);
}
