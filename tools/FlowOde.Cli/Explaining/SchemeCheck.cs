namespace FlowOde.Cli.Explaining;

/// <summary>One thing that was measured against what is claimed.</summary>
/// <param name="Name">What, as a key.</param>
/// <param name="Measured">The number measured.</param>
/// <param name="Expected">What it should be.</param>
/// <param name="Tolerance">How far it may be off.</param>
internal sealed record SchemeCheck(string Name, double Measured, double Expected, double Tolerance)
{
    /// <summary>Whether it is as claimed; a NaN is not.</summary>
    public bool Holds => Math.Abs(Measured - Expected) <= Tolerance || Measured == Expected;

    /// <summary>A failure in words.</summary>
    public string Failure => $"{Name} is {Measured:G4}, expected {Expected:G4} ± {Tolerance:G2}";
}
