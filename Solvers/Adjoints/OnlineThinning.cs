namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Which stored state to give up for a new one while the number of steps is not known. Keeps the states spread so that reversing any
/// number of steps repeats them no more often than the best schedule that knew the number, to within one repetition.
/// </summary>
/// <remarks>Wang, Moin, Iaccarino 2009, SIAM J. Sci. Comput. 31:2549, Algorithm 1; the problem after Stumm, Walther 2010.</remarks>
internal static class OnlineThinning
{
    /// <summary>The level of the first state, which is never given up.</summary>
    public const int First = int.MaxValue;

    /// <summary>Gives up one state.</summary>
    /// <param name="checkpoints">The stored states, oldest first; not empty.</param>
    /// <param name="level">The level of the state that takes the place.</param>
    /// <returns>The index of the state to give up, or −1 where the new one is to be left out since only the first is stored.</returns>
    public static int Choose(IReadOnlyList<Checkpoint> checkpoints, out int level)
    {
        // Dispensable is a state that lies before another of a higher level; from the newest end, the highest level seen so far tells.
        int highest = -1;
        for (int i = checkpoints.Count - 1; i > 0; i--)
        {
            if (checkpoints[i].Level < highest)
            {
                level = 0;
                return i;
            }

            highest = Math.Max(highest, checkpoints[i].Level);
        }

        level = checkpoints[^1].Level + 1;
        return checkpoints.Count == 1 ? -1 : checkpoints.Count - 1;
    }
}
