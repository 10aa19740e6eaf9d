using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Stochastic;
using FlowOde.Solvers.Tableaus;
using Spectre.Console;

namespace FlowOde.Cli.Verbs;

/// <summary><c>solvers</c>: lists the solvers and what goes with them.</summary>
internal sealed class SolversVerb : Verb
{
    /// <inheritdoc/>
    public override Command Command { get; } = new("solvers", "Lists the solvers: order, stages, properties, and the gradient methods that work with each; then the methods for stochastic equations.");

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode solvers", "flowode solvers --json"];

    /// <inheritdoc/>
    public override bool NeedsTorch => false;

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(new JsonObject
            {
                ["solvers"] = new JsonArray([.. StepperCatalog.All.Select(ToJson)]),
                ["stochastic"] = new JsonArray([.. SdeCatalog.All.Select(ToJson)]),
            });
            return ExitCode.Done;
        }

        var table = Output.NewTable(("solver", false), ("order", true), ("embedded", true), ("stages", true), ("dense", true), ("properties", false), ("adjoints", false));
        foreach (var stepper in StepperCatalog.All)
        {
            table.AddRow(
                stepper.Name,
                $"{stepper.Order}",
                stepper.EmbeddedOrder > 0 ? $"{stepper.EmbeddedOrder}" : "–",
                $"{stepper.Stages}",
                $"{stepper.DenseOrder}",
                string.Join(", ", Properties(stepper)),
                string.Join(", ", Adjoints(stepper)));
        }

        output.WriteTable(table);
        var stochastic = Output.NewTable(("stochastic method", false), ("strong order", true), ("weak order", true), ("calculus", false));
        foreach (var stepper in SdeCatalog.All)
        {
            stochastic.AddRow(stepper.Name, $"{stepper.StrongOrder}", $"{stepper.WeakOrder}", Named(stepper.Calculus));
        }

        output.WriteTable(stochastic);
        return ExitCode.Done;
    }

    private static JsonNode ToJson(ISdeStepper stepper) => new JsonObject
    {
        ["name"] = stepper.Name,
        ["strongOrder"] = stepper.StrongOrder,
        ["weakOrder"] = stepper.WeakOrder,
        ["calculus"] = Named(stepper.Calculus),
    };

    private static string Named(SdeCalculus calculus) => calculus == SdeCalculus.Ito ? "Itô" : "Stratonovich";

    private static JsonNode ToJson(IStepper stepper) => new JsonObject
    {
        ["name"] = stepper.Name,
        ["order"] = stepper.Order,
        ["embeddedOrder"] = stepper.EmbeddedOrder,
        ["stages"] = stepper.Stages,
        ["denseOrder"] = stepper.DenseOrder,
        ["isReversible"] = stepper is IReversibleStepper,
        ["stability"] = Named(stepper.Stability),
        ["highestOrder"] = stepper.HighestOrder,
        ["adaptive"] = stepper.EmbeddedOrder > 0,
        ["adjoints"] = new JsonArray([.. Adjoints(stepper).Select(name => JsonValue.Create(name))]),
    };

    private static IEnumerable<string> Properties(IStepper stepper)
    {
        yield return stepper.EmbeddedOrder > 0 ? "adaptive, or --steps N" : "--steps N";
        if (stepper.HighestOrder > stepper.Order)
        {
            yield return $"order up to {stepper.HighestOrder} where steps adapt";
        }

        if (stepper is SwitchingMethod switching)
        {
            yield return $"{switching.Implicit.Name} where stiff";
        }

        if (stepper is IReversibleStepper)
        {
            yield return "reversible";
        }

        if (stepper.Stability != Stability.Bounded)
        {
            yield return Named(stepper.Stability);
        }
    }

    private static string Named(Stability stability) => stability switch
    {
        Stability.AlphaStable => "A(α)-stable",
        Stability.AStable => "A-stable",
        Stability.LStable => "L-stable",
        _ => "bounded",
    };

    private static IEnumerable<string> Adjoints(IStepper stepper) =>
        AdjointCatalog.All.Where(adjoint => adjoint.Supports(stepper, out _)).Select(adjoint => adjoint.Name);
}
