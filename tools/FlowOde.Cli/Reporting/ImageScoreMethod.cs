using System.Text.Json.Nodes;

namespace FlowOde.Cli.Reporting;

/// <summary>How bits per dimension were computed, which is stated beside them.</summary>
/// <param name="Solver">The solver's name.</param>
/// <param name="Tolerance">Relative and absolute tolerance.</param>
/// <param name="Samples">Draws of the noise for each image.</param>
/// <param name="Trace">The name of the trace.</param>
/// <param name="Probes">Products with the Jacobian in each evaluation.</param>
/// <param name="GivenClass">Whether an image is scored given its class.</param>
internal sealed record ImageScoreMethod(string Solver, double Tolerance, int Samples, string Trace, int Probes, bool GivenClass)
{
    /// <summary>The method as an object.</summary>
    public JsonObject ToJson() => new()
    {
        ["solver"] = Solver,
        ["tolerance"] = Tolerance,
        ["noiseSamples"] = Samples,
        ["trace"] = Trace,
        ["probes"] = Trace == "exact" ? null : Probes,
        ["dtype"] = "float32",
        ["givenClass"] = GivenClass,
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Solver} at {Tolerance:0.#e-0}, float32, {(Trace == "exact" ? "exact trace" : $"{Trace} with {Probes} probe{(Probes == 1 ? "" : "s")}")}, {Samples} draw{(Samples == 1 ? "" : "s")} of the noise{(GivenClass ? ", given the class" : "")}";
}
