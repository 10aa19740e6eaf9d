namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The combinatorics of reversing a sequence of steps with few stored states: which states to keep, and what it costs.
/// </summary>
/// <remarks>Griewank 1992, Optim. Methods Softw. 1:35; Griewank, Walther 2000, ACM TOMS 26:19 (Algorithm 799, "revolve").</remarks>
public static class BinomialCheckpoints
{
    /// <summary>
    /// The fewest steps that must be made without tapes, the first sweep included, to reverse <paramref name="steps"/> steps with
    /// <paramref name="checkpoints"/> stored states, the start among them: r·N − C(c + r, c + 1) with the least r for which C(c + r, c) ≥ N.
    /// </summary>
    /// <param name="steps">Number N of steps, at least 0.</param>
    /// <param name="checkpoints">Number c of states that may be stored together, at least 1.</param>
    public static long UntapedSteps(int steps, int checkpoints)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpoints, 1);
        int repetitions = Repetitions(steps, checkpoints);
        return ((long)repetitions * steps) - Choose(checkpoints + repetitions, checkpoints + 1);
    }

    /// <summary>After how many steps the next state is best stored, when a stretch of steps from a stored state is to be reversed.</summary>
    /// <param name="steps">Length of the stretch, at least 2.</param>
    /// <param name="checkpoints">States that may be stored together within the stretch, its start among them; at least 2.</param>
    /// <returns>From 1 to <paramref name="steps"/> − 1.</returns>
    public static int Split(int steps, int checkpoints)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpoints, 2);

        // With r repetitions, c states reverse up to C(c + r, c) steps. The left part keeps all c states for r − 1 repetitions, the right
        // part has c − 1 for r; any split within those ranges costs the same, and this one makes the left part longest.
        int repetitions = Repetitions(steps, checkpoints);
        long left = Choose(checkpoints + repetitions - 1, checkpoints);
        long right = Choose(checkpoints + repetitions - 2, checkpoints - 1);
        return (int)Math.Max(1, Math.Min(left, steps - right));
    }

    private static int Repetitions(int steps, int checkpoints)
    {
        if (checkpoints == 1)
        {
            return Math.Max(0, steps - 1);
        }

        int repetitions = 0;
        while (Choose(checkpoints + repetitions, checkpoints) < steps)
        {
            repetitions++;
        }

        return repetitions;
    }

    /// <summary>n choose k, or <see cref="long.MaxValue"/> / 4 where it is larger.</summary>
    private static long Choose(int n, int k)
    {
        if (k > n)
        {
            return 0;
        }

        long result = 1;
        for (int i = 1; i <= Math.Min(k, n - k); i++)
        {
            var product = (Int128)result * (n - i + 1) / i;
            if (product > long.MaxValue / 4)
            {
                return long.MaxValue / 4;
            }

            result = (long)product;
        }

        return result;
    }
}
