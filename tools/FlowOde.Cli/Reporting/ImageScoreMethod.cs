using System.Text.Json.Nodes;

namespace FlowOde.Cli.Reporting;

/// <summary>How bits per dimension were computed, which is stated beside them.</summary>
/// <param name="Solver">The solver's name.</param>
/// <param name="Tolerance">Relative and absolute tolerance.</param>
/// <param name="Samples">Draws of the noise for each image.</param>
/// <param name="Trace">The name of the trace.</param>
/// <param name="Probes">Products with the Jacobian in each evaluation.</param>
/// <param name="Classes">What the model is told of classes; null where it knows none.</param>
internal sealed record ImageScoreMethod(string Solver, double Tolerance, int Samples, string Trace, int Probes, ClassUse? Classes)
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
        ["condition"] = Classes switch { ClassUse.Given => "class", ClassUse.Marginal => "marginal", ClassUse.None => "none", _ => null },
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Solver} at {Tolerance:0.#e-0}, float32, {(Trace == "exact" ? "exact trace" : $"{Trace} with {Probes} {(Trace == "hutch++" ? "product" : "probe")}{(Probes == 1 ? "" : "s")}")}, {Samples} draw{(Samples == 1 ? "" : "s")} of the noise{Classes switch { ClassUse.Given => ", given the class", ClassUse.Marginal => ", over all classes", ClassUse.None => ", given no class", _ => "" }}";
}
