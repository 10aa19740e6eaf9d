using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>How far a state that a backward pass rebuilt lies from the true one.</summary>
internal static class StateDrift
{
    /// <summary>‖rebuilt − true‖ ÷ ‖true‖ over the evolving segments.</summary>
    public static double Between(FlatVector rebuilt, FlatVector truth)
    {
        var ranges = truth.Layout.EvolvingRanges;
        using var difference = rebuilt.Clone();
        LinearCombination.Write(rebuilt, [-1], [truth], ranges, difference);
        double distance = Math.Sqrt(LinearCombination.Dot(difference, difference, ranges)), size = Math.Sqrt(LinearCombination.Dot(truth, truth, ranges));
        return distance == 0 ? 0 : distance / Math.Max(size, double.Epsilon);
    }
}
