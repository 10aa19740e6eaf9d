using System.Text.Json.Nodes;

namespace FlowOde.Cli.Reporting;

/// <summary>The scores that a finished run reports.</summary>
internal interface IRunScores
{
    /// <summary>The scores in one line, below pictures.</summary>
    string Caption { get; }

    /// <summary>Adds the scores to a report.</summary>
    void AddTo(JsonObject report);
}
