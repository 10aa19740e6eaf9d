using System.Text.Json.Nodes;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;

namespace FlowOde.Cli.Classifying;

/// <summary>A trained block solved in one way.</summary>
/// <param name="Solver">The method.</param>
/// <param name="Steps">Constant steps, or null where steps adapt.</param>
/// <param name="Tolerance">The tolerance of steps that adapt, or null.</param>
/// <param name="Scores">What came out.</param>
/// <param name="Agreement">Share of the rows that are taken for what the run itself takes them for.</param>
internal sealed record DepthPoint(string Solver, int? Steps, double? Tolerance, PartScores Scores, double Agreement)
{
    /// <summary>How the steps are chosen, in words.</summary>
    public string Choice => Steps is { } steps ? Quantity.Of(steps, "step") : $"tolerance {Tolerance:G3}";

    /// <summary>What it is drawn as: with others of its solver, unless some of all points choose their steps in another way.</summary>
    /// <param name="all">All points.</param>
    public string Series(IEnumerable<DepthPoint> all) => all.Any(other => other.Solver == Solver && other.Steps is null != Steps is null)
        ? $"{Solver}, {(Steps is null ? "tolerances" : "constant steps")}"
        : Solver;

    /// <summary>The point as an object.</summary>
    /// <param name="all">All points.</param>
    public JsonObject ToJson(IEnumerable<DepthPoint> all) => new()
    {
        ["series"] = Series(all),
        ["solver"] = Solver,
        ["steps"] = Steps,
        ["tolerance"] = Tolerance,
        ["nfe"] = Math.Round(Scores.MeanEvaluations, 2),
        ["accuracy"] = ClassifierReport.Share(Scores.Accuracy),
        ["crossEntropy"] = RunJson.Number(Scores.CrossEntropy.Mean),
        ["agreement"] = Math.Round(Agreement, 6),
    };
}
