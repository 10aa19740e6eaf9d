using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Precision;
using FlowOde.Cli.TestProblems;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Stochastic;
using FlowOde.Solvers.Tableaus;
using Spectre.Console;

namespace FlowOde.Cli.Verbs;

/// <summary><c>solvers</c>: lists the solvers and what goes with them, or measures them on a known problem.</summary>
internal sealed class SolversVerb : Verb
{
    private readonly Option<string> _measure = Text("--measure", "A,B", $"solves problems with smaller and smaller tolerances and draws evaluations against errors: {string.Join(", ", KnownProblems.All.Select(problem => problem.Name))}");
    private readonly Option<string> _solvers = Text("--solvers", "A,B", $"with --measure: solvers that adapt their steps; {string.Join(",", PrecisionRun.DefaultSolvers)} by default, where a problem is stiff {string.Join(",", PrecisionRun.StiffSolvers)}");
    private readonly Option<string> _out = Text("--out", "FOLDER", $"with --measure: where the points and the picture go; {PrecisionRun.DefaultFolder} by default");
    private readonly Option<string> _peers = Text("--peers", "FILE.json", "with --measure: points of other libraries, drawn beside");

    /// <summary>Lays out the options.</summary>
    public SolversVerb() => Command = new("solvers", "Lists the solvers: order, stages, properties, and the gradient methods that work with each; then the methods for stochastic equations. Or measures solvers on known problems.") { _measure, _solvers, _out, _peers };

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode solvers", "flowode solvers --json", "flowode solvers --measure arenstorf", "flowode solvers --measure d5,e2 --solvers dopri5,tsit5,adams --out pictures"];

    /// <inheritdoc/>
    public override bool NeedsTorch => false;

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        if (Names(parsed, _measure) is { } problems)
        {
            return PrecisionRun.Measure(problems, Names(parsed, _solvers), parsed.GetValue(_out) ?? PrecisionRun.DefaultFolder, parsed.GetValue(_peers), output);
        }

        if (new[] { _solvers, _out, _peers }.FirstOrDefault(option => parsed.GetValue(option) is not null) is { } idle)
        {
            throw new UsageException($"{idle.Name} says how {_measure.Name} measures; give {_measure.Name} PROBLEM with it, or leave it out.");
        }

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
        ["doubled"] = DoubledName(stepper),
        ["adjoints"] = new JsonArray([.. Adjoints(stepper).Select(name => JsonValue.Create(name))]),
    };

    /// <summary>The name of the method that doubles this one's steps, or null where there is none.</summary>
    private static string? DoubledName(IStepper stepper) => Doubling.Supports(stepper, out _) ? StepDoubling.Prefix + stepper.Name : null;

    private static IEnumerable<string> Properties(IStepper stepper)
    {
        yield return stepper.EmbeddedOrder > 0 ? "adaptive, or --steps N" : DoubledName(stepper) is { } doubled ? $"--steps N, or adaptive as {doubled}" : "--steps N";
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
