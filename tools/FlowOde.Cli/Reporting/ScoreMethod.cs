namespace FlowOde.Cli.Reporting;

/// <summary>How likelihoods were computed, which is stated beside them.</summary>
/// <param name="Solver">The solver's name.</param>
/// <param name="Tolerance">Relative and absolute tolerance.</param>
/// <param name="Probes">Hutchinson's probes of each row, all estimates together; 0 for the exact trace.</param>
/// <param name="DType">The type of numbers.</param>
internal sealed record ScoreMethod(string Solver, double Tolerance, int Probes, string DType)
{
    /// <summary>Whether every row has its own steps.</summary>
    public bool IsPerRow { get; init; }

    /// <summary>The trace in words.</summary>
    public string Trace => Probes == 0 ? "exact" : $"hutchinson, {Probes} probes";

    /// <inheritdoc/>
    public override string ToString() => $"{Solver} at {Tolerance:0.#e-0}{(IsPerRow ? " by rows" : "")}, {DType}, {(Probes == 0 ? "exact trace" : $"{Probes} probes")}";
}
