using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Training;

/// <summary>
/// The average of the parameters over the last steps, which scores better than any single step. Early on the decay is
/// (1 + n)/(10 + n), so that the random start is forgotten.
/// </summary>
public static class ExponentialMovingAverage
{
    /// <summary>Moves the average towards the parameters.</summary>
    /// <param name="parameters">The parameters after the step.</param>
    /// <param name="decay">The decay, in [0, 1); 0 makes the average the parameters themselves.</param>
    /// <param name="step">Steps made so far, at least 1.</param>
    /// <param name="intoAverage">The average, changed in place.</param>
    public static void Update(FlatVector parameters, double decay, long step, FlatVector intoAverage)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(intoAverage);
        double now = Math.Min(decay, (1.0 + step) / (10 + step));
        LinearCombination.Write(null, [now, 1 - now], [intoAverage, parameters], [new(0, parameters.Layout.Length)], intoAverage);
    }
}
