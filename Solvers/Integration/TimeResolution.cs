namespace FlowOde.Solvers.Integration;

/// <summary>How finely times are told apart.</summary>
internal static class TimeResolution
{
    private const int Least = 4; // roundings of sums and differences of times add up to no more

    /// <summary>The length that a step must exceed to be one: that of four units in the last place of the larger of two times.</summary>
    public static double At(double time, double other)
    {
        double size = Math.Max(Math.Abs(time), Math.Abs(other));
        return Least * (Math.BitIncrement(size) - size);
    }

    /// <summary>Whether two times are one but for round-off.</summary>
    public static bool AreOne(double time, double other) => Math.Abs(time - other) <= At(time, other);
}
