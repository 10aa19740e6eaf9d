namespace FlowOde.Flows.Training;

/// <summary>
/// The average of the parameters over the last steps, which scores better than any single step: a ← d a + (1 − d) θ. Early on the decay d is
/// (1 + n)/(10 + n), so that the random start is forgotten.
/// </summary>
public static class ExponentialMovingAverage
{
    /// <summary>The decay d of one step.</summary>
    /// <param name="decay">The decay after many steps, in [0, 1); 0 makes the average the parameters themselves.</param>
    /// <param name="step">Steps made so far, at least 1.</param>
    public static double DecayAt(double decay, long step) => Math.Min(decay, (1.0 + step) / (10 + step));
}
