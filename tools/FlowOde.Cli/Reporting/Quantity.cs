namespace FlowOde.Cli.Reporting;

/// <summary>Numbers of things in words.</summary>
internal static class Quantity
{
    /// <summary>So many of them, as in "1 step" and "4 steps".</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">One of them, whose plural ends in s.</param>
    public static string Of(long count, string one) => $"{count} {one}{(count == 1 ? "" : "s")}";
}
