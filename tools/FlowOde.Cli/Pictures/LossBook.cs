using System.Text.Json.Nodes;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Pictures;

/// <summary>Draws how a run went from its log.</summary>
/// <param name="folder">The run.</param>
/// <param name="unit">In what losses are shown.</param>
/// <param name="title">The title.</param>
/// <param name="caption">One line below it.</param>
internal sealed class LossBook(RunFolder folder, ScoreUnit unit, string title, string caption)
{
    /// <summary>Loss, validation and evaluations against iterations.</summary>
    public IFigure Loss()
    {
        var records = RunLog.Read(folder).Where(record => record["score"] is not null).ToArray();
        var validations = records.Where(record => record["validation"]?["score"] is not null).ToArray();
        return new LossCurveFigure
        {
            Training = Series(records, record => record["score"]!.GetValue<double>() * unit.Factor),
            Validation = new(
                [.. validations.Select(Iteration)],
                [.. validations.Select(record => record["validation"]!["score"]!.GetValue<double>() * unit.Factor)],
                [.. validations.Select(record => (record["validation"]!["standardError"]?.GetValue<double>() ?? 0) * unit.Factor)]),
            NfeForward = unit.IsOfSolves ? Series(records, record => record["nfeForward"]!.GetValue<double>()) : DataSeries.Empty,
            NfeBackward = unit.IsOfSolves ? Series(records, record => record["nfeBackward"]!.GetValue<double>()) : DataSeries.Empty,
            LossTitle = unit.Name.Length == 0 ? unit.Quantity : $"{unit.Quantity}, {unit.Name}",
            Title = title,
            Caption = caption,
        };
    }

    private static DataSeries Series(JsonObject[] records, Func<JsonObject, double> value) =>
        new([.. records.Select(Iteration)], [.. records.Select(value)]);

    private static double Iteration(JsonObject record) => record["iteration"]!.GetValue<double>();
}
