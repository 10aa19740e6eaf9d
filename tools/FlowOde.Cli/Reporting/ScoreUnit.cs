using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Composition;

namespace FlowOde.Cli.Reporting;

/// <summary>In what a run's losses and validations are shown; logs keep them as the objective has them.</summary>
/// <param name="Quantity">What the number is.</param>
/// <param name="Name">The unit; empty where it has none.</param>
/// <param name="Factor">From the objective's number to the one shown.</param>
internal sealed record ScoreUnit(string Quantity, string Name, double Factor)
{
    /// <summary>Bits per dimension, of images under the likelihood.</summary>
    public const string BitsPerDimension = "bits per dimension";

    /// <summary>Whether the objective solves the flow's equation, so that it has a number of evaluations.</summary>
    public bool IsOfSolves { get; init; } = true;

    /// <summary>The unit of a run.</summary>
    /// <param name="values">Its settings.</param>
    /// <param name="image">How rows are images, or null.</param>
    public static ScoreUnit Of(SettingValues values, RunImage? image) =>
        values.Text("objective") != ObjectiveSettings.Likelihood ? new("squared error of the velocity", "", 1) { IsOfSolves = false }
        : image is null ? new("−log p", "nats", 1)
        : new("−log p", BitsPerDimension, BitsPerDim.FromNats(1, image.Length));
}
